BEGIN TRANSACTION;
CREATE TABLE about (
	schema INTEGER NOT NULL, 
	PRIMARY KEY (schema)
);
INSERT INTO "about" VALUES(2);
CREATE TABLE changes (
	run_id INTEGER NOT NULL, 
	measure TEXT NOT NULL, 
	area TEXT NOT NULL, 
	from_wave TEXT NOT NULL, 
	to_wave TEXT NOT NULL, 
	change DOUBLE NOT NULL, 
	se DOUBLE NOT NULL, 
	se_design DOUBLE NOT NULL, 
	df DOUBLE NOT NULL, 
	lower DOUBLE NOT NULL, 
	upper DOUBLE NOT NULL, 
	level DOUBLE NOT NULL, 
	p DOUBLE NOT NULL, 
	p_holm DOUBLE NOT NULL, 
	q_screening DOUBLE NOT NULL, 
	relative DOUBLE NOT NULL, 
	relative_se DOUBLE NOT NULL, 
	relative_lower DOUBLE NOT NULL, 
	relative_upper DOUBLE NOT NULL, 
	p_standing DOUBLE NOT NULL, 
	rank_before BIGINT NOT NULL, 
	before_lower BIGINT NOT NULL, 
	before_upper BIGINT NOT NULL, 
	rank_after BIGINT NOT NULL, 
	after_lower BIGINT NOT NULL, 
	after_upper BIGINT NOT NULL, 
	places BIGINT NOT NULL, 
	places_lower BIGINT NOT NULL, 
	places_upper BIGINT NOT NULL, 
	own DOUBLE NOT NULL, 
	others DOUBLE NOT NULL, 
	noise BIGINT NOT NULL, 
	verdict TEXT NOT NULL, 
	alpha_standing DOUBLE NOT NULL, 
	alpha_rank DOUBLE NOT NULL, 
	family BIGINT NOT NULL, 
	watched BIGINT NOT NULL, 
	p_worse DOUBLE, 
	p_rank_worse DOUBLE, 
	p_rank_better DOUBLE, 
	p_last DOUBLE, 
	last BIGINT NOT NULL, 
	fits DOUBLE, 
	PRIMARY KEY (run_id, measure, area), 
	FOREIGN KEY(run_id) REFERENCES runs (run_id)
);
INSERT INTO "changes" VALUES(6,'disturbed','cedar','2024-05','2024-06',4.21052631578947345047e-01,2.88817392904052339108e-01,9.14127423822714418877e-02,3.79667863095545143892e+00,-2.04258897035521136409e-01,1.0,0.9,2.22288176397162473563e-01,6.66864529191487420689e-01,6.66864529191487420689e-01,3.36806397714716876379e-01,2.3632591799781890729e-01,-2.72085762728927926801e-01,9.45698558158361679559e-01,0.38996100389961,1,1,3,3,1,3,-2,-2,2,-1.5,-0.5,2,'chance',8.99999999999999827915e-02,9.99999999999999847344e-03,1,0,0.852,0.60775,0.08,0.4675,1,1.0);
INSERT INTO "changes" VALUES(6,'disturbed','ash','2024-05','2024-06',2.19298245614035769435e-03,3.24817978160786946517e-01,3.33020349074849397741e-01,2.3439228498515682908e+00,-8.57855717758692515317e-01,8.62241682670973341728e-01,0.9,9.95144867940521371529e-01,1.0,9.95144867940521371529e-01,-8.20532514080901109743e-02,2.51423315708191763562e-01,-8.54578664601120863153e-01,6.90472161784940752227e-01,8.54514548545145524727e-01,2,1,3,2,1,3,0,-2,2,0.0,0.0,2,'chance',8.99999999999999827915e-02,9.99999999999999847344e-03,1,0,0.58525,0.2315,0.355,0.30375,1,1.0);
INSERT INTO "changes" VALUES(6,'disturbed','birch','2024-05','2024-06',-1.70506912442396296736e-01,2.51953946080568313981e-01,2.98165217491010714478e-01,2.5629118656421177036e+00,-8.07031996600373391359e-01,4.66018171715580853398e-01,0.9,5.54559990250819367929e-01,1.0,0.831839985376229,-2.54753146306626765404e-01,2.21822093169437351001e-01,-8.45767512993749637217e-01,3.36261220380496161919e-01,4.97650234976502348072e-01,3,1,3,1,1,3,2,-2,2,1.5,0.5,2,'chance',8.99999999999999827915e-02,9.99999999999999847344e-03,1,0,0.4105,0.10625,0.5485,0.22875,1,1.0);
INSERT INTO "changes" VALUES(6,'disturbed','dill','2024-05','2024-06',0.25,3.17790310121941366183e-01,2.67158111967657541097e-01,3.52368120369463744268e+00,-4.54669084799328881985e-01,9.54669084799328881985e-01,0.9,4.80980640810774628945e-01,7.73788636673875762639e-01,4.80980640810774628945e-01,3.17307692307692290611e-01,2.36989127379092640035e-01,-1.79964073204243679704e-01,8.14579457819628260928e-01,2.35776422357764220416e-01,1,1,2,2,1,2,-1,-1,1,-0.5,-0.5,1,'chance',8.99999999999999827915e-02,9.99999999999999847344e-03,1,0,0.6425,0.52475,0.07425,0.683,1,1.0);
INSERT INTO "changes" VALUES(6,'disturbed','elder','2024-05','2024-06',-3.84615384615384636735e-01,3.51659927737317690166e-01,3.65357663764155848884e-01,2.02787119087981704268e+00,-1.0,6.32666414408512789435e-01,0.9,3.86894318336937881319e-01,7.73788636673875762639e-01,4.80980640810774628945e-01,-3.17307692307692290611e-01,2.36989127379092640035e-01,-8.14579457819628260928e-01,1.79964073204243679704e-01,2.35776422357764220416e-01,2,1,2,1,1,2,1,-1,1,1.0,0.0,1,'chance',8.99999999999999827915e-02,9.99999999999999847344e-03,1,0,0.277,0.07425,0.52475,0.317,1,1.0);
INSERT INTO "changes" VALUES(6,'upkeep','cedar','2024-05','2024-06',-3.37837837837837895449e+00,1.47748539832125782567e+01,1.87532236660524667115e+01,2.33645295754027282342e+00,-4.25686755341881308814e+01,3.58119187774313729732e+01,0.9,8.37626130375351718448e-01,1.0,9.93190775617134868902e-01,-9.93596580558530106941e+00,1.42027637795903913797e+01,-4.61896254911350467864e+01,2.63176938799644410948e+01,7.5212478752124789505e-01,2,1,3,3,1,3,-1,-2,2,-0.5,-0.5,2,'chance',8.99999999999999827915e-02,9.99999999999999847344e-03,1,0,NULL,NULL,NULL,NULL,5,NULL);
INSERT INTO "changes" VALUES(6,'upkeep','ash','2024-05','2024-06',2.32585139318885438788e+01,2.06922547345515539518e+01,1.6794634098499070518e+01,3.17053130918646441926e+00,-2.43884257570301841164e+01,7.09054536208072647704e+01,0.9,3.38839856351765722486e-01,1.0,9.93190775617134868902e-01,1.67009265046816217652e+01,1.6482602876071617004e+01,-2.75594043239926911326e+01,6.09612573333559311112e+01,6.21237876212378803408e-01,3,1,3,2,1,3,1,-2,2,0.5,0.5,2,'chance',8.99999999999999827915e-02,9.99999999999999847344e-03,1,0,NULL,NULL,NULL,NULL,5,NULL);
INSERT INTO "changes" VALUES(6,'upkeep','birch','2024-05','2024-06',-2.07373271889395027756e-01,2.26740345750159981723e+01,1.54436902709129419974e+01,3.56847144456624532082e+00,-5.02743470950374913295e+01,49.8596005512587,0.9,9.93190775617134868902e-01,1.0,9.93190775617134868902e-01,-6.76496069909631803085e+00,17.3298493032523,-5.3481341447015111612e+01,3.99514200488224702212e+01,8.14818518148185177984e-01,1,1,3,1,1,3,0,-2,2,0.0,0.0,2,'chance',8.99999999999999827915e-02,9.99999999999999847344e-03,1,0,NULL,NULL,NULL,NULL,5,NULL);
INSERT INTO "changes" VALUES(6,'upkeep','dill','2024-05','2024-06',7.21153846153846700417e+00,1.44979022868246509858e+01,1.17937266173180468344e+01,2.38391246398339795575e+00,-3.08202532486407747573e+01,4.52433301717177087635e+01,0.9,6.61054479994272581322e-01,1.0,9.54455915910562668891e-01,4.05506319739311,1.01393470556681890575e+01,-1.7707326272938967548e+01,2.58174526677251883191e+01,7.10128987101289910199e-01,2,1,2,2,1,2,0,-1,1,0.0,0.0,1,'chance',8.99999999999999827915e-02,9.99999999999999847344e-03,1,0,NULL,NULL,NULL,NULL,5,NULL);
INSERT INTO "changes" VALUES(6,'upkeep','elder','2024-05','2024-06',-8.98587933247753767318e-01,1.41787257587850010764e+01,1.80155142304150253096e+01,2.35003454374769615853e+00,-3.83865993600993107284e+01,36.5894234936038,0.9,9.54455915910562668891e-01,1.0,9.54455915910562668891e-01,-4.05506319739311,1.01393470556681890575e+01,-2.58174526677251883191e+01,1.7707326272938967548e+01,7.10128987101289910199e-01,1,1,2,1,1,2,0,-1,1,0.0,0.0,1,'chance',8.99999999999999827915e-02,9.99999999999999847344e-03,1,0,NULL,NULL,NULL,NULL,5,NULL);
CREATE TABLE covariances (
	run_id INTEGER NOT NULL, 
	measure TEXT NOT NULL, 
	domain TEXT NOT NULL, 
	other TEXT NOT NULL, 
	covariance DOUBLE NOT NULL, 
	PRIMARY KEY (run_id, measure, domain, other), 
	FOREIGN KEY(run_id) REFERENCES runs (run_id)
);
INSERT INTO "covariances" VALUES(4,'disturbed','ash','ash',7.99650478434020678397e-02);
INSERT INTO "covariances" VALUES(4,'disturbed','birch','birch',1.19950020824656389262e-01);
INSERT INTO "covariances" VALUES(4,'disturbed','elder','elder',1.33486222471201954054e-01);
INSERT INTO "covariances" VALUES(4,'upkeep','ash','ash',2.17933026910474950447e+02);
INSERT INTO "covariances" VALUES(4,'upkeep','birch','birch',2.01995835068721390831e+02);
INSERT INTO "covariances" VALUES(4,'upkeep','cedar','cedar',6.12077217485584242247e+02);
INSERT INTO "covariances" VALUES(4,'upkeep','dill','dill',2.34084206167349861971e+02);
INSERT INTO "covariances" VALUES(4,'upkeep','elder','elder',4.02038524105861654316e+02);
INSERT INTO "covariances" VALUES(5,'disturbed','ash','ash',4.2830102237654314734e-02);
INSERT INTO "covariances" VALUES(5,'disturbed','birch','birch',7.60913936986814670726e-02);
INSERT INTO "covariances" VALUES(5,'disturbed','cedar','cedar',8.35628946984752485338e-03);
INSERT INTO "covariances" VALUES(5,'disturbed','dill','dill',7.13734567901234545628e-02);
INSERT INTO "covariances" VALUES(5,'upkeep','ash','ash',1.5142617575220603498e+02);
INSERT INTO "covariances" VALUES(5,'upkeep','birch','birch',5.75244092987598492055e+01);
INSERT INTO "covariances" VALUES(5,'upkeep','cedar','cedar',4.18975069252077503278e+02);
INSERT INTO "covariances" VALUES(5,'upkeep','dill','dill',8.62965106310013538824e+01);
INSERT INTO "covariances" VALUES(5,'upkeep','elder','elder',5.92258598657140396433e+02);
CREATE TABLE estimates (
	run_id INTEGER NOT NULL, 
	measure TEXT NOT NULL, 
	domain TEXT NOT NULL, 
	estimate DOUBLE NOT NULL, 
	se DOUBLE NOT NULL, 
	df DOUBLE NOT NULL, 
	lower DOUBLE NOT NULL, 
	upper DOUBLE NOT NULL, 
	level DOUBLE NOT NULL, 
	method TEXT NOT NULL, 
	deff DOUBLE, 
	n BIGINT NOT NULL, 
	n_effective DOUBLE NOT NULL, 
	unfit TEXT NOT NULL, 
	PRIMARY KEY (run_id, measure, domain), 
	FOREIGN KEY(run_id) REFERENCES runs (run_id)
);
INSERT INTO "estimates" VALUES(4,'disturbed','ash',2.89473684210526327476e-01,2.82780918457031071877e-01,2.0,7.3001398599972771447e-03,9.57574408233180851546e-01,0.9,'logit',1.16635887965527862419e+00,4,3.90270270270270280832e+00,'n n_effective df cv');
INSERT INTO "estimates" VALUES(4,'disturbed','birch',4.28571428571428547638e-01,3.46338015275043653584e-01,2.0,1.19244849485395758292e-02,9.78995721912085170579e-01,0.9,'logit',1.46938775510204089336e+00,4,3.76923076923076916244e+00,'n n_effective df cv');
INSERT INTO "estimates" VALUES(4,'disturbed','cedar',0.0,0.0,2.0,0.0,6.97582054645537352755e-01,0.9,'korn_graubard',NULL,4,3.8563380281690142759e+00,'n n_effective df cv');
INSERT INTO "estimates" VALUES(4,'disturbed','dill',0.0,0.0,2.0,0.0,6.96281143872969465746e-01,0.9,'korn_graubard',NULL,4,3.87022900763358768116e+00,'n n_effective df cv');
INSERT INTO "estimates" VALUES(4,'disturbed','elder',3.84615384615384636735e-01,3.65357663764155848884e-01,1.0,3.65739194842177388583e-05,0.999906376107861,0.9,'logit',1.12795857988165648677e+00,3,2.93913043478260860297e+00,'n n_effective df cv');
INSERT INTO "estimates" VALUES(4,'disturbed','*',2.05714285714285710637e-01,1.05232553957072594297e-01,9.0,7.36763146908699095849e-02,4.57510812371824893141e-01,0.9,'logit',1.21992048157392440899e+00,19,1.83054393305439333516e+01,'n n_effective cv');
INSERT INTO "estimates" VALUES(4,'upkeep','ash',2.8947368421052630083e+01,1.4762554891023265569e+01,2.0,4.77087207804852653225e+00,7.68146285731599647288e+01,0.9,'logit',1.46939435420416719679e+00,4,3.90270270270270280832e+00,'n n_effective df cv');
INSERT INTO "estimates" VALUES(4,'upkeep','birch',6.7142857142857138796e+01,1.42125238810255432046e+01,2.0,2.37489705093430742972e+01,9.3059068865766050747e+01,0.9,'logit',1.07584738243123334555e+00,4,3.76923076923076916244e+00,'n n_effective df cv');
INSERT INTO "estimates" VALUES(4,'upkeep','cedar',5.33783783783783789562e+01,2.47401943704083358008e+01,2.0,5.9103005927449610013e+00,9.54271853196714374672e+01,0.9,'logit',1.25926168175994734887e+00,4,3.8563380281690142759e+00,'n n_effective df cv');
INSERT INTO "estimates" VALUES(4,'upkeep','dill',4.48717948717948686985e+01,1.52998106578921380105e+01,2.0,1.96568368607600518771e-01,8.95470213749821368747e+01,0.9,'wald',8.70163937060380865418e-01,4,3.87022900763358768116e+00,'n n_effective df cv');
INSERT INTO "estimates" VALUES(4,'upkeep','elder',5.39473684210526300848e+01,2.00508983366297499628e+01,2.0,9.98944919407490417029e+00,9.25176010321668798076e+01,0.9,'logit',1.55850638606406488584e+00,4,3.86096256684491967448e+00,'n n_effective df cv');
INSERT INTO "estimates" VALUES(4,'upkeep','*',4.93315508021390343191e+01,8.40571735954571153115e+00,10.0,3.40965148786192173702e+01,6.45665867256588512637e+01,0.9,'wald',1.39048997429977472251e+00,20,1.92454595487066590919e+01,'n n_effective');
INSERT INTO "estimates" VALUES(5,'disturbed','ash',2.9166666666666668517e-01,2.06954348197022214295e-01,1.0,7.37159586754969624496e-04,9.956679042133343982e-01,0.9,'logit',4.14624183006535917961e-01,3,2.96907216494845371812e+00,'n n_effective df cv');
INSERT INTO "estimates" VALUES(5,'disturbed','birch',2.58064516129032250901e-01,2.75846685132668356654e-01,2.0,5.15369795624851748799e-03,0.958938988212068,0.9,'logit',1.19223634800705791114e+00,4,3.79841897233201564176e+00,'n n_effective df cv');
INSERT INTO "estimates" VALUES(5,'disturbed','cedar',4.21052631578947345047e-01,9.14127423822714418877e-02,2.0,1.95690734845200886571e-01,6.84934111988438565354e-01,0.9,'logit',1.02839335180055349572e-01,4,3.72164948453608257494e+00,'n n_effective df');
INSERT INTO "estimates" VALUES(5,'disturbed','dill',0.25,2.67158111967657541097e-01,2.0,5.1729073086277657309e-03,9.55293917586024887711e-01,0.9,'logit',1.141975308641975273e+00,4,3.72413793103448265142e+00,'n n_effective df cv');
INSERT INTO "estimates" VALUES(5,'disturbed','elder',0.0,0.0,2.0,0.0,6.90101836120316836087e-01,0.9,'korn_graubard',NULL,4,3.9367681498829041331e+00,'n n_effective df cv');
INSERT INTO "estimates" VALUES(5,'disturbed','*',2.35294117647058820264e-01,8.60903548094754250685e-02,9.0,1.13474374280550946436e-01,4.2517201895248390997e-01,0.9,'logit',7.41439978706414870579e-01,19,1.79503105590062119745e+01,'n n_effective cv');
INSERT INTO "estimates" VALUES(5,'upkeep','ash',5.22058823529411739636e+01,1.23055343545985866886e+01,2.0,1.62738994789659301436e+01,8.81378652269164177858e+01,0.9,'wald',1.47668464677300659282e+00,4,3.93197278911564618297e+00,'n n_effective df');
INSERT INTO "estimates" VALUES(5,'upkeep','birch',6.69354838709677437682e+01,7.58448477477276306046e+00,2.0,4.47888976942189103152e+01,8.90820700477165701176e+01,0.9,'wald',1.26356473911104472129e+00,4,3.79841897233201564176e+00,'n n_effective df');
INSERT INTO "estimates" VALUES(5,'upkeep','cedar',50.0,2.04688805080316384979e+01,2.0,8.38805161827390399764e+00,91.6119483817261,0.9,'logit',8.68421052631578760383e-01,4,3.72164948453608257494e+00,'n n_effective df cv');
INSERT INTO "estimates" VALUES(5,'upkeep','dill',5.20833333333333357026e+01,9.28959152121348,2.0,2.49578600440137599036e+01,7.92088066226529150535e+01,0.9,'wald',1.34645932614329888465e-01,4,3.72413793103448265142e+00,'n n_effective df');
INSERT INTO "estimates" VALUES(5,'upkeep','elder',5.30487804878048763157e+01,2.43363637106520158681e+01,2.0,6.11699524183998288862e+00,9.51440336735835501258e+01,0.9,'logit',1.34918582180822554938e+00,4,3.9367681498829041331e+00,'n n_effective df cv');
INSERT INTO "estimates" VALUES(5,'upkeep','*',5.44444444444444428663e+01,7.77363205208525087641e+00,10.0,4.03550385669971802818e+01,68.5338503218917,0.9,'wald',1.03882466101957859905e+00,20,1.8947368421052630083e+01,'n n_effective');
CREATE TABLE imports (
	import_id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	"by" TEXT NOT NULL, 
	programme TEXT NOT NULL, 
	wave TEXT NOT NULL, 
	file TEXT NOT NULL, 
	outcome TEXT NOT NULL, 
	version INTEGER, 
	interviews INTEGER, 
	fault TEXT, 
	fault_values JSON, 
	PRIMARY KEY (import_id)
);
INSERT INTO "imports" VALUES(1,'2026-11-22 06:48:13.733177','ann','harbours','','harbours.toml','imported',1,NULL,NULL,NULL);
INSERT INTO "imports" VALUES(2,'2026-11-22 06:48:13.805228','ann','harbours','2024-05','2024-05.csv','imported',1,20,NULL,NULL);
INSERT INTO "imports" VALUES(3,'2026-11-22 06:48:13.843685','ann','harbours','2024-06','2024-06.csv','imported',1,20,NULL,NULL);
INSERT INTO "imports" VALUES(4,'2026-11-22 06:48:15.050766','ann','harbours','2024-05','2024-05.csv','corrected',2,20,NULL,NULL);
INSERT INTO "imports" VALUES(5,'2026-11-22 06:48:15.054255','ann','harbours','2024-07','2024-07.csv','refused',NULL,NULL,'file.no_rows','{"file": "2024-07.csv"}');
CREATE TABLE programmes (
	version_id INTEGER NOT NULL, 
	programme TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	digest TEXT NOT NULL, 
	file TEXT NOT NULL, 
	content BLOB NOT NULL, 
	run_id INTEGER NOT NULL, 
	PRIMARY KEY (version_id), 
	UNIQUE (programme, version), 
	FOREIGN KEY(run_id) REFERENCES runs (run_id)
);
INSERT INTO "programmes" VALUES(1,'harbours',1,'168ce69b7b85497d7bc2f17f4cebb475ad94b72a9d19b8f33be89f1c6d072a72','harbours.toml',X'23205465737420646174613A2061206D6164652D757020737572766579206F66206D6164652D757020746F776E732E202054776F206C6561677565732C20616E737765727320617320776F7264732C206E6F2050535520636F6C756D6E2C206D6F6E74686C792077617665732E0A70726F6772616D6D65203D2022686172626F757273220A6E616D65203D207B207A68203D2022E6B5B7E6B8AFE5B185E6B091E8B083E69FA5EFBC88E8999AE69E84EFBC89222C20656E203D2022486172626F7572207265736964656E7473272073757276657920286D6164652075702922207D0A6E6F7465203D207B207A68203D2022E8999AE69E84E79A84E794B5E8AF9DE8AEBFE997AE222C20656E203D20224D6164652D75702074656C6570686F6E6520696E746572766965777322207D0A736F75726365203D207B207A68203D2022E69DA5E6BA90EFBC9AE6B58BE8AF95E695B0E68DAE222C20656E203D2022536F757263653A2074657374206461746122207D0A73696D756C61746564203D20747275650A6C6576656C203D20302E390A0A5B636F6C756D6E735D0A726573706F6E64656E74203D20226964220A61726561203D2022746F776E220A7374726174756D203D205B22746F776E222C202273696465225D0A776569676874203D202277220A0A5B64657369676E5D0A6C6F6E656C79203D20226572726F72220A0A5B6C6561677565732E6E6F7274685D0A6E616D65203D207B207A68203D2022E58C97E5B2B8222C20656E203D20224E6F7274682073686F726522207D0A5B6C6561677565732E736F7574685D0A6E616D65203D207B207A68203D2022E58D97E5B2B8222C20656E203D2022536F7574682073686F726522207D0A0A5B61726561735D0A6365646172203D207B206C6561677565203D20226E6F727468222C207A68203D2022E99BAAE69DBEE6B8AF222C20656E203D20224365646172686176656E22207D0A617368203D207B206C6561677565203D20226E6F727468222C207A68203D2022E799BDE89CA1E6B8AF222C20656E203D2022417368686176656E22207D0A6269726368203D207B206C6561677565203D20226E6F727468222C207A68203D2022E6A1A6E6B8AF222C20656E203D20224269726368686176656E22207D0A64696C6C203D207B206C6561677565203D2022736F757468222C207A68203D2022E88EB3E8909DE6B8AF222C20656E203D202244696C6C686176656E22207D0A656C646572203D207B206C6561677565203D2022736F757468222C207A68203D2022E68EA5E9AAA8E69CA8E6B8AF222C20656E203D2022456C646572686176656E22207D0A0A5B6974656D732E6E6F6973655D0A74657874203D207B207A68203D2022E5A49CE9878CE590B5E59097EFBC9F222C20656E203D20224973206974206E6F697379206174206E696768743F22207D0A616E73776572732E6F6674656E203D207B207A68203D2022E7BB8FE5B8B8222C20656E203D20226F6674656E22207D0A616E73776572732E726172656C79203D207B207A68203D2022E5BE88E5B091222C20656E203D2022726172656C7922207D0A616E73776572732E6E65766572203D207B207A68203D2022E4BB8EE4B88D222C20656E203D20226E6576657222207D0A6E6F745F616E737765726564203D205B2272656675736564225D0A0A5B6974656D732E706965725D0A74657874203D207B207A68203D2022E7A081E5A4B4E79A84E78AB6E586B5E5A682E4BD95EFBC9F222C20656E203D2022496E20776861742073746174652069732074686520706965723F22207D0A616E73776572732E676F6F64203D207B207A68203D2022E5A5BD222C20656E203D2022676F6F6422207D0A616E73776572732E66616972203D207B207A68203D2022E4B880E888AC222C20656E203D20226661697222207D0A616E73776572732E706F6F72203D207B207A68203D2022E5B7AE222C20656E203D2022706F6F7222207D0A6E6F745F61736B6564203D205B226E6F6E652068657265225D0A0A5B6974656D732E6D61726B65745D0A74657874203D207B207A68203D2022E99B86E5B882E79A84E78AB6E586B5E5A682E4BD95EFBC9F222C20656E203D2022496E207768617420737461746520697320746865206D61726B65743F22207D0A616E73776572732E676F6F64203D207B207A68203D2022E5A5BD222C20656E203D2022676F6F6422207D0A616E73776572732E66616972203D207B207A68203D2022E4B880E888AC222C20656E203D20226661697222207D0A616E73776572732E706F6F72203D207B207A68203D2022E5B7AE222C20656E203D2022706F6F7222207D0A0A5B6D656173757265732E6469737475726265645D0A6B696E64203D20227368617265220A6974656D73203D20226E6F697365220A636F756E7473203D205B226F6674656E225D0A62657374203D2022736D616C6C657374220A6E616D65203D207B207A68203D2022E5A49CE9878CE58F97E689B0222C20656E203D2022446973747572626564206174206E6967687422207D0A0A5B6D656173757265732E75706B6565705D0A6B696E64203D202273636F7265220A6974656D73203D205B2270696572222C20226D61726B6574225D0A706F696E7473203D207B20676F6F64203D203130302C2066616972203D2035302C20706F6F72203D2030207D0A62657374203D20226C617267657374220A6E616D65203D207B207A68203D2022E7BBB4E68AA4E5BE97E58886222C20656E203D202255706B6565702073636F726522207D0A0A5B72756C65732E71756965745D0A6D656173757265203D2022646973747572626564220A6B696E64203D20226E6F745F6C617374220A7468726573686F6C64203D20310A6E616D65203D207B207A68203D2022E4B88DE698AFE69C80E5908EE4B880E5908D222C20656E203D20224E6F7420746865206C61737422207D0A0A5B72756C65732E6B6570745D0A6D656173757265203D202275706B656570220A6B696E64203D202261745F6C65617374220A7468726573686F6C64203D2035300A6C6576656C203D20302E39350A6E616D65203D207B207A68203D2022E7BBB4E68AA4E4B88DE4BD8EE4BA8E3530E58886222C20656E203D202255706B656570206F66203530206F72206D6F726522207D0A',1);
CREATE TABLE ranks (
	run_id INTEGER NOT NULL, 
	measure TEXT NOT NULL, 
	family TEXT NOT NULL, 
	area TEXT NOT NULL, 
	rank BIGINT NOT NULL, 
	lower BIGINT NOT NULL, 
	upper BIGINT NOT NULL, 
	level DOUBLE NOT NULL, 
	PRIMARY KEY (run_id, measure, family, area), 
	FOREIGN KEY(run_id) REFERENCES runs (run_id)
);
INSERT INTO "ranks" VALUES(4,'disturbed','simultaneous','cedar',1,1,3,0.9);
INSERT INTO "ranks" VALUES(4,'disturbed','simultaneous','ash',2,1,3,0.9);
INSERT INTO "ranks" VALUES(4,'disturbed','simultaneous','birch',3,1,3,0.9);
INSERT INTO "ranks" VALUES(4,'disturbed','marginal','cedar',1,1,3,0.9);
INSERT INTO "ranks" VALUES(4,'disturbed','marginal','ash',2,1,3,0.9);
INSERT INTO "ranks" VALUES(4,'disturbed','marginal','birch',3,1,3,0.9);
INSERT INTO "ranks" VALUES(4,'disturbed','simultaneous','dill',1,1,2,0.9);
INSERT INTO "ranks" VALUES(4,'disturbed','simultaneous','elder',2,1,2,0.9);
INSERT INTO "ranks" VALUES(4,'disturbed','marginal','dill',1,1,2,0.9);
INSERT INTO "ranks" VALUES(4,'disturbed','marginal','elder',2,1,2,0.9);
INSERT INTO "ranks" VALUES(4,'upkeep','simultaneous','cedar',2,1,3,0.9);
INSERT INTO "ranks" VALUES(4,'upkeep','simultaneous','ash',3,1,3,0.9);
INSERT INTO "ranks" VALUES(4,'upkeep','simultaneous','birch',1,1,3,0.9);
INSERT INTO "ranks" VALUES(4,'upkeep','marginal','cedar',2,1,3,0.9);
INSERT INTO "ranks" VALUES(4,'upkeep','marginal','ash',3,1,3,0.9);
INSERT INTO "ranks" VALUES(4,'upkeep','marginal','birch',1,1,3,0.9);
INSERT INTO "ranks" VALUES(4,'upkeep','simultaneous','dill',2,1,2,0.9);
INSERT INTO "ranks" VALUES(4,'upkeep','simultaneous','elder',1,1,2,0.9);
INSERT INTO "ranks" VALUES(4,'upkeep','marginal','dill',2,1,2,0.9);
INSERT INTO "ranks" VALUES(4,'upkeep','marginal','elder',1,1,2,0.9);
INSERT INTO "ranks" VALUES(5,'disturbed','simultaneous','cedar',3,1,3,0.9);
INSERT INTO "ranks" VALUES(5,'disturbed','simultaneous','ash',2,1,3,0.9);
INSERT INTO "ranks" VALUES(5,'disturbed','simultaneous','birch',1,1,3,0.9);
INSERT INTO "ranks" VALUES(5,'disturbed','marginal','cedar',3,1,3,0.9);
INSERT INTO "ranks" VALUES(5,'disturbed','marginal','ash',2,1,3,0.9);
INSERT INTO "ranks" VALUES(5,'disturbed','marginal','birch',1,1,3,0.9);
INSERT INTO "ranks" VALUES(5,'disturbed','simultaneous','dill',2,1,2,0.9);
INSERT INTO "ranks" VALUES(5,'disturbed','simultaneous','elder',1,1,2,0.9);
INSERT INTO "ranks" VALUES(5,'disturbed','marginal','dill',2,1,2,0.9);
INSERT INTO "ranks" VALUES(5,'disturbed','marginal','elder',1,1,2,0.9);
INSERT INTO "ranks" VALUES(5,'upkeep','simultaneous','cedar',3,1,3,0.9);
INSERT INTO "ranks" VALUES(5,'upkeep','simultaneous','ash',2,1,3,0.9);
INSERT INTO "ranks" VALUES(5,'upkeep','simultaneous','birch',1,1,3,0.9);
INSERT INTO "ranks" VALUES(5,'upkeep','marginal','cedar',3,1,3,0.9);
INSERT INTO "ranks" VALUES(5,'upkeep','marginal','ash',2,1,3,0.9);
INSERT INTO "ranks" VALUES(5,'upkeep','marginal','birch',1,1,3,0.9);
INSERT INTO "ranks" VALUES(5,'upkeep','simultaneous','dill',2,1,2,0.9);
INSERT INTO "ranks" VALUES(5,'upkeep','simultaneous','elder',1,1,2,0.9);
INSERT INTO "ranks" VALUES(5,'upkeep','marginal','dill',2,1,2,0.9);
INSERT INTO "ranks" VALUES(5,'upkeep','marginal','elder',1,1,2,0.9);
CREATE TABLE respondents (
	version_id INTEGER NOT NULL, 
	"row" INTEGER NOT NULL, 
	unit_id TEXT NOT NULL, 
	area TEXT NOT NULL, 
	stratum TEXT NOT NULL, 
	psu TEXT NOT NULL, 
	weight DOUBLE NOT NULL, 
	PRIMARY KEY (version_id, unit_id), 
	FOREIGN KEY(version_id) REFERENCES waves (version_id)
);
INSERT INTO "respondents" VALUES(1,0,'ash-quay-0','ash','ash / quay','ash-quay-0',2.5);
INSERT INTO "respondents" VALUES(1,1,'ash-quay-1','ash','ash / quay','ash-quay-1',2.75);
INSERT INTO "respondents" VALUES(1,2,'ash-hill-0','ash','ash / hill','ash-hill-0',2.5);
INSERT INTO "respondents" VALUES(1,3,'ash-hill-1','ash','ash / hill','ash-hill-1',1.75);
INSERT INTO "respondents" VALUES(1,4,'birch-quay-0','birch','birch / quay','birch-quay-0',2.25);
INSERT INTO "respondents" VALUES(1,5,'birch-quay-1','birch','birch / quay','birch-quay-1',2.0);
INSERT INTO "respondents" VALUES(1,6,'birch-hill-0','birch','birch / hill','birch-hill-0',1.5);
INSERT INTO "respondents" VALUES(1,7,'birch-hill-1','birch','birch / hill','birch-hill-1',3.0);
INSERT INTO "respondents" VALUES(1,8,'cedar-quay-0','cedar','cedar / quay','cedar-quay-0',1.75);
INSERT INTO "respondents" VALUES(1,9,'cedar-quay-1','cedar','cedar / quay','cedar-quay-1',2.0);
INSERT INTO "respondents" VALUES(1,10,'cedar-hill-0','cedar','cedar / hill','cedar-hill-0',2.75);
INSERT INTO "respondents" VALUES(1,11,'cedar-hill-1','cedar','cedar / hill','cedar-hill-1',2.75);
INSERT INTO "respondents" VALUES(1,12,'dill-quay-0','dill','dill / quay','dill-quay-0',2.5);
INSERT INTO "respondents" VALUES(1,13,'dill-quay-1','dill','dill / quay','dill-quay-1',2.5);
INSERT INTO "respondents" VALUES(1,14,'dill-hill-0','dill','dill / hill','dill-hill-0',3.0);
INSERT INTO "respondents" VALUES(1,15,'dill-hill-1','dill','dill / hill','dill-hill-1',1.75);
INSERT INTO "respondents" VALUES(1,16,'elder-quay-0','elder','elder / quay','elder-quay-0',1.75);
INSERT INTO "respondents" VALUES(1,17,'elder-quay-1','elder','elder / quay','elder-quay-1',2.5);
INSERT INTO "respondents" VALUES(1,18,'elder-hill-0','elder','elder / hill','elder-hill-0',2.25);
INSERT INTO "respondents" VALUES(1,19,'elder-hill-1','elder','elder / hill','elder-hill-1',3.0);
INSERT INTO "respondents" VALUES(2,0,'ash-quay-0','ash','ash / quay','ash-quay-0',2.0);
INSERT INTO "respondents" VALUES(2,1,'ash-quay-1','ash','ash / quay','ash-quay-1',2.25);
INSERT INTO "respondents" VALUES(2,2,'ash-hill-0','ash','ash / hill','ash-hill-0',2.5);
INSERT INTO "respondents" VALUES(2,3,'ash-hill-1','ash','ash / hill','ash-hill-1',1.75);
INSERT INTO "respondents" VALUES(2,4,'birch-quay-0','birch','birch / quay','birch-quay-0',2.0);
INSERT INTO "respondents" VALUES(2,5,'birch-quay-1','birch','birch / quay','birch-quay-1',2.5);
INSERT INTO "respondents" VALUES(2,6,'birch-hill-0','birch','birch / hill','birch-hill-0',2.0);
INSERT INTO "respondents" VALUES(2,7,'birch-hill-1','birch','birch / hill','birch-hill-1',1.25);
INSERT INTO "respondents" VALUES(2,8,'cedar-quay-0','cedar','cedar / quay','cedar-quay-0',2.75);
INSERT INTO "respondents" VALUES(2,9,'cedar-quay-1','cedar','cedar / quay','cedar-quay-1',1.25);
INSERT INTO "respondents" VALUES(2,10,'cedar-hill-0','cedar','cedar / hill','cedar-hill-0',2.75);
INSERT INTO "respondents" VALUES(2,11,'cedar-hill-1','cedar','cedar / hill','cedar-hill-1',2.75);
INSERT INTO "respondents" VALUES(2,12,'dill-quay-0','dill','dill / quay','dill-quay-0',2.25);
INSERT INTO "respondents" VALUES(2,13,'dill-quay-1','dill','dill / quay','dill-quay-1',2.75);
INSERT INTO "respondents" VALUES(2,14,'dill-hill-0','dill','dill / hill','dill-hill-0',2.75);
INSERT INTO "respondents" VALUES(2,15,'dill-hill-1','dill','dill / hill','dill-hill-1',1.25);
INSERT INTO "respondents" VALUES(2,16,'elder-quay-0','elder','elder / quay','elder-quay-0',2.75);
INSERT INTO "respondents" VALUES(2,17,'elder-quay-1','elder','elder / quay','elder-quay-1',2.75);
INSERT INTO "respondents" VALUES(2,18,'elder-hill-0','elder','elder / hill','elder-hill-0',2.0);
INSERT INTO "respondents" VALUES(2,19,'elder-hill-1','elder','elder / hill','elder-hill-1',2.75);
INSERT INTO "respondents" VALUES(3,0,'ash-quay-0','ash','ash / quay','ash-quay-0',2.5);
INSERT INTO "respondents" VALUES(3,1,'ash-quay-1','ash','ash / quay','ash-quay-1',2.75);
INSERT INTO "respondents" VALUES(3,2,'ash-hill-0','ash','ash / hill','ash-hill-0',2.5);
INSERT INTO "respondents" VALUES(3,3,'ash-hill-1','ash','ash / hill','ash-hill-1',1.75);
INSERT INTO "respondents" VALUES(3,4,'birch-quay-0','birch','birch / quay','birch-quay-0',2.25);
INSERT INTO "respondents" VALUES(3,5,'birch-quay-1','birch','birch / quay','birch-quay-1',2.0);
INSERT INTO "respondents" VALUES(3,6,'birch-hill-0','birch','birch / hill','birch-hill-0',1.5);
INSERT INTO "respondents" VALUES(3,7,'birch-hill-1','birch','birch / hill','birch-hill-1',3.0);
INSERT INTO "respondents" VALUES(3,8,'cedar-quay-0','cedar','cedar / quay','cedar-quay-0',1.75);
INSERT INTO "respondents" VALUES(3,9,'cedar-quay-1','cedar','cedar / quay','cedar-quay-1',2.0);
INSERT INTO "respondents" VALUES(3,10,'cedar-hill-0','cedar','cedar / hill','cedar-hill-0',2.75);
INSERT INTO "respondents" VALUES(3,11,'cedar-hill-1','cedar','cedar / hill','cedar-hill-1',2.75);
INSERT INTO "respondents" VALUES(3,12,'dill-quay-0','dill','dill / quay','dill-quay-0',2.5);
INSERT INTO "respondents" VALUES(3,13,'dill-quay-1','dill','dill / quay','dill-quay-1',2.5);
INSERT INTO "respondents" VALUES(3,14,'dill-hill-0','dill','dill / hill','dill-hill-0',3.0);
INSERT INTO "respondents" VALUES(3,15,'dill-hill-1','dill','dill / hill','dill-hill-1',1.75);
INSERT INTO "respondents" VALUES(3,16,'elder-quay-0','elder','elder / quay','elder-quay-0',1.75);
INSERT INTO "respondents" VALUES(3,17,'elder-quay-1','elder','elder / quay','elder-quay-1',2.5);
INSERT INTO "respondents" VALUES(3,18,'elder-hill-0','elder','elder / hill','elder-hill-0',2.25);
INSERT INTO "respondents" VALUES(3,19,'elder-hill-1','elder','elder / hill','elder-hill-1',3.0);
CREATE TABLE responses (
	version_id INTEGER NOT NULL, 
	"row" INTEGER NOT NULL, 
	unit_id TEXT NOT NULL, 
	item TEXT NOT NULL, 
	answer TEXT NOT NULL, 
	PRIMARY KEY (version_id, unit_id, item), 
	FOREIGN KEY(version_id) REFERENCES waves (version_id)
);
INSERT INTO "responses" VALUES(1,0,'ash-quay-0','noise','never');
INSERT INTO "responses" VALUES(1,1,'ash-quay-1','noise','often');
INSERT INTO "responses" VALUES(1,2,'ash-hill-0','noise','never');
INSERT INTO "responses" VALUES(1,3,'ash-hill-1','noise','rarely');
INSERT INTO "responses" VALUES(1,4,'birch-quay-0','noise','often');
INSERT INTO "responses" VALUES(1,5,'birch-quay-1','noise','rarely');
INSERT INTO "responses" VALUES(1,6,'birch-hill-0','noise','often');
INSERT INTO "responses" VALUES(1,7,'birch-hill-1','noise','never');
INSERT INTO "responses" VALUES(1,8,'cedar-quay-0','noise','rarely');
INSERT INTO "responses" VALUES(1,9,'cedar-quay-1','noise','never');
INSERT INTO "responses" VALUES(1,10,'cedar-hill-0','noise','never');
INSERT INTO "responses" VALUES(1,11,'cedar-hill-1','noise','rarely');
INSERT INTO "responses" VALUES(1,12,'dill-quay-0','noise','never');
INSERT INTO "responses" VALUES(1,13,'dill-quay-1','noise','rarely');
INSERT INTO "responses" VALUES(1,14,'dill-hill-0','noise','rarely');
INSERT INTO "responses" VALUES(1,15,'dill-hill-1','noise','never');
INSERT INTO "responses" VALUES(1,16,'elder-quay-0','noise','never');
INSERT INTO "responses" VALUES(1,17,'elder-quay-1','noise','often');
INSERT INTO "responses" VALUES(1,18,'elder-hill-0','noise','rarely');
INSERT INTO "responses" VALUES(1,19,'elder-hill-1','noise','refused');
INSERT INTO "responses" VALUES(1,20,'ash-quay-0','pier','fair');
INSERT INTO "responses" VALUES(1,21,'ash-quay-1','pier','poor');
INSERT INTO "responses" VALUES(1,22,'ash-hill-0','pier','poor');
INSERT INTO "responses" VALUES(1,23,'ash-hill-1','pier','fair');
INSERT INTO "responses" VALUES(1,24,'birch-quay-0','pier','none here');
INSERT INTO "responses" VALUES(1,25,'birch-quay-1','pier','none here');
INSERT INTO "responses" VALUES(1,26,'birch-hill-0','pier','fair');
INSERT INTO "responses" VALUES(1,27,'birch-hill-1','pier','good');
INSERT INTO "responses" VALUES(1,28,'cedar-quay-0','pier','poor');
INSERT INTO "responses" VALUES(1,29,'cedar-quay-1','pier','good');
INSERT INTO "responses" VALUES(1,30,'cedar-hill-0','pier','poor');
INSERT INTO "responses" VALUES(1,31,'cedar-hill-1','pier','fair');
INSERT INTO "responses" VALUES(1,32,'dill-quay-0','pier','none here');
INSERT INTO "responses" VALUES(1,33,'dill-quay-1','pier','none here');
INSERT INTO "responses" VALUES(1,34,'dill-hill-0','pier','fair');
INSERT INTO "responses" VALUES(1,35,'dill-hill-1','pier','good');
INSERT INTO "responses" VALUES(1,36,'elder-quay-0','pier','poor');
INSERT INTO "responses" VALUES(1,37,'elder-quay-1','pier','fair');
INSERT INTO "responses" VALUES(1,38,'elder-hill-0','pier','good');
INSERT INTO "responses" VALUES(1,39,'elder-hill-1','pier','fair');
INSERT INTO "responses" VALUES(1,40,'ash-quay-0','market','fair');
INSERT INTO "responses" VALUES(1,41,'ash-quay-1','market','poor');
INSERT INTO "responses" VALUES(1,42,'ash-hill-0','market','fair');
INSERT INTO "responses" VALUES(1,43,'ash-hill-1','market','fair');
INSERT INTO "responses" VALUES(1,44,'birch-quay-0','market','fair');
INSERT INTO "responses" VALUES(1,45,'birch-quay-1','market','fair');
INSERT INTO "responses" VALUES(1,46,'birch-hill-0','market','fair');
INSERT INTO "responses" VALUES(1,47,'birch-hill-1','market','good');
INSERT INTO "responses" VALUES(1,48,'cedar-quay-0','market','good');
INSERT INTO "responses" VALUES(1,49,'cedar-quay-1','market','good');
INSERT INTO "responses" VALUES(1,50,'cedar-hill-0','market','poor');
INSERT INTO "responses" VALUES(1,51,'cedar-hill-1','market','good');
INSERT INTO "responses" VALUES(1,52,'dill-quay-0','market','poor');
INSERT INTO "responses" VALUES(1,53,'dill-quay-1','market','fair');
INSERT INTO "responses" VALUES(1,54,'dill-hill-0','market','good');
INSERT INTO "responses" VALUES(1,55,'dill-hill-1','market','poor');
INSERT INTO "responses" VALUES(1,56,'elder-quay-0','market','good');
INSERT INTO "responses" VALUES(1,57,'elder-quay-1','market','fair');
INSERT INTO "responses" VALUES(1,58,'elder-hill-0','market','good');
INSERT INTO "responses" VALUES(1,59,'elder-hill-1','market','poor');
INSERT INTO "responses" VALUES(2,0,'ash-quay-0','noise','rarely');
INSERT INTO "responses" VALUES(2,1,'ash-quay-1','noise','rarely');
INSERT INTO "responses" VALUES(2,2,'ash-hill-0','noise','refused');
INSERT INTO "responses" VALUES(2,3,'ash-hill-1','noise','often');
INSERT INTO "responses" VALUES(2,4,'birch-quay-0','noise','often');
INSERT INTO "responses" VALUES(2,5,'birch-quay-1','noise','never');
INSERT INTO "responses" VALUES(2,6,'birch-hill-0','noise','never');
INSERT INTO "responses" VALUES(2,7,'birch-hill-1','noise','rarely');
INSERT INTO "responses" VALUES(2,8,'cedar-quay-0','noise','often');
INSERT INTO "responses" VALUES(2,9,'cedar-quay-1','noise','often');
INSERT INTO "responses" VALUES(2,10,'cedar-hill-0','noise','rarely');
INSERT INTO "responses" VALUES(2,11,'cedar-hill-1','noise','rarely');
INSERT INTO "responses" VALUES(2,12,'dill-quay-0','noise','often');
INSERT INTO "responses" VALUES(2,13,'dill-quay-1','noise','rarely');
INSERT INTO "responses" VALUES(2,14,'dill-hill-0','noise','never');
INSERT INTO "responses" VALUES(2,15,'dill-hill-1','noise','never');
INSERT INTO "responses" VALUES(2,16,'elder-quay-0','noise','rarely');
INSERT INTO "responses" VALUES(2,17,'elder-quay-1','noise','never');
INSERT INTO "responses" VALUES(2,18,'elder-hill-0','noise','never');
INSERT INTO "responses" VALUES(2,19,'elder-hill-1','noise','never');
INSERT INTO "responses" VALUES(2,20,'ash-quay-0','pier','fair');
INSERT INTO "responses" VALUES(2,21,'ash-quay-1','pier','good');
INSERT INTO "responses" VALUES(2,22,'ash-hill-0','pier','good');
INSERT INTO "responses" VALUES(2,23,'ash-hill-1','pier','fair');
INSERT INTO "responses" VALUES(2,24,'birch-quay-0','pier','fair');
INSERT INTO "responses" VALUES(2,25,'birch-quay-1','pier','good');
INSERT INTO "responses" VALUES(2,26,'birch-hill-0','pier','good');
INSERT INTO "responses" VALUES(2,27,'birch-hill-1','pier','good');
INSERT INTO "responses" VALUES(2,28,'cedar-quay-0','pier','poor');
INSERT INTO "responses" VALUES(2,29,'cedar-quay-1','pier','good');
INSERT INTO "responses" VALUES(2,30,'cedar-hill-0','pier','poor');
INSERT INTO "responses" VALUES(2,31,'cedar-hill-1','pier','none here');
INSERT INTO "responses" VALUES(2,32,'dill-quay-0','pier','poor');
INSERT INTO "responses" VALUES(2,33,'dill-quay-1','pier','fair');
INSERT INTO "responses" VALUES(2,34,'dill-hill-0','pier','good');
INSERT INTO "responses" VALUES(2,35,'dill-hill-1','pier','none here');
INSERT INTO "responses" VALUES(2,36,'elder-quay-0','pier','fair');
INSERT INTO "responses" VALUES(2,37,'elder-quay-1','pier','good');
INSERT INTO "responses" VALUES(2,38,'elder-hill-0','pier','none here');
INSERT INTO "responses" VALUES(2,39,'elder-hill-1','pier','none here');
INSERT INTO "responses" VALUES(2,40,'ash-quay-0','market','fair');
INSERT INTO "responses" VALUES(2,41,'ash-quay-1','market','poor');
INSERT INTO "responses" VALUES(2,42,'ash-hill-0','market','fair');
INSERT INTO "responses" VALUES(2,43,'ash-hill-1','market','poor');
INSERT INTO "responses" VALUES(2,44,'birch-quay-0','market','good');
INSERT INTO "responses" VALUES(2,45,'birch-quay-1','market','poor');
INSERT INTO "responses" VALUES(2,46,'birch-hill-0','market','fair');
INSERT INTO "responses" VALUES(2,47,'birch-hill-1','market','fair');
INSERT INTO "responses" VALUES(2,48,'cedar-quay-0','market','poor');
INSERT INTO "responses" VALUES(2,49,'cedar-quay-1','market','poor');
INSERT INTO "responses" VALUES(2,50,'cedar-hill-0','market','good');
INSERT INTO "responses" VALUES(2,51,'cedar-hill-1','market','good');
INSERT INTO "responses" VALUES(2,52,'dill-quay-0','market','poor');
INSERT INTO "responses" VALUES(2,53,'dill-quay-1','market','poor');
INSERT INTO "responses" VALUES(2,54,'dill-hill-0','market','good');
INSERT INTO "responses" VALUES(2,55,'dill-hill-1','market','good');
INSERT INTO "responses" VALUES(2,56,'elder-quay-0','market','fair');
INSERT INTO "responses" VALUES(2,57,'elder-quay-1','market','fair');
INSERT INTO "responses" VALUES(2,58,'elder-hill-0','market','good');
INSERT INTO "responses" VALUES(2,59,'elder-hill-1','market','poor');
INSERT INTO "responses" VALUES(3,0,'ash-quay-0','noise','often');
INSERT INTO "responses" VALUES(3,1,'ash-quay-1','noise','often');
INSERT INTO "responses" VALUES(3,2,'ash-hill-0','noise','never');
INSERT INTO "responses" VALUES(3,3,'ash-hill-1','noise','rarely');
INSERT INTO "responses" VALUES(3,4,'birch-quay-0','noise','often');
INSERT INTO "responses" VALUES(3,5,'birch-quay-1','noise','rarely');
INSERT INTO "responses" VALUES(3,6,'birch-hill-0','noise','often');
INSERT INTO "responses" VALUES(3,7,'birch-hill-1','noise','never');
INSERT INTO "responses" VALUES(3,8,'cedar-quay-0','noise','rarely');
INSERT INTO "responses" VALUES(3,9,'cedar-quay-1','noise','never');
INSERT INTO "responses" VALUES(3,10,'cedar-hill-0','noise','never');
INSERT INTO "responses" VALUES(3,11,'cedar-hill-1','noise','rarely');
INSERT INTO "responses" VALUES(3,12,'dill-quay-0','noise','never');
INSERT INTO "responses" VALUES(3,13,'dill-quay-1','noise','rarely');
INSERT INTO "responses" VALUES(3,14,'dill-hill-0','noise','rarely');
INSERT INTO "responses" VALUES(3,15,'dill-hill-1','noise','never');
INSERT INTO "responses" VALUES(3,16,'elder-quay-0','noise','never');
INSERT INTO "responses" VALUES(3,17,'elder-quay-1','noise','often');
INSERT INTO "responses" VALUES(3,18,'elder-hill-0','noise','rarely');
INSERT INTO "responses" VALUES(3,19,'elder-hill-1','noise','refused');
INSERT INTO "responses" VALUES(3,20,'ash-quay-0','pier','fair');
INSERT INTO "responses" VALUES(3,21,'ash-quay-1','pier','poor');
INSERT INTO "responses" VALUES(3,22,'ash-hill-0','pier','poor');
INSERT INTO "responses" VALUES(3,23,'ash-hill-1','pier','fair');
INSERT INTO "responses" VALUES(3,24,'birch-quay-0','pier','none here');
INSERT INTO "responses" VALUES(3,25,'birch-quay-1','pier','none here');
INSERT INTO "responses" VALUES(3,26,'birch-hill-0','pier','fair');
INSERT INTO "responses" VALUES(3,27,'birch-hill-1','pier','good');
INSERT INTO "responses" VALUES(3,28,'cedar-quay-0','pier','poor');
INSERT INTO "responses" VALUES(3,29,'cedar-quay-1','pier','good');
INSERT INTO "responses" VALUES(3,30,'cedar-hill-0','pier','poor');
INSERT INTO "responses" VALUES(3,31,'cedar-hill-1','pier','fair');
INSERT INTO "responses" VALUES(3,32,'dill-quay-0','pier','none here');
INSERT INTO "responses" VALUES(3,33,'dill-quay-1','pier','none here');
INSERT INTO "responses" VALUES(3,34,'dill-hill-0','pier','fair');
INSERT INTO "responses" VALUES(3,35,'dill-hill-1','pier','good');
INSERT INTO "responses" VALUES(3,36,'elder-quay-0','pier','poor');
INSERT INTO "responses" VALUES(3,37,'elder-quay-1','pier','fair');
INSERT INTO "responses" VALUES(3,38,'elder-hill-0','pier','good');
INSERT INTO "responses" VALUES(3,39,'elder-hill-1','pier','fair');
INSERT INTO "responses" VALUES(3,40,'ash-quay-0','market','fair');
INSERT INTO "responses" VALUES(3,41,'ash-quay-1','market','poor');
INSERT INTO "responses" VALUES(3,42,'ash-hill-0','market','fair');
INSERT INTO "responses" VALUES(3,43,'ash-hill-1','market','fair');
INSERT INTO "responses" VALUES(3,44,'birch-quay-0','market','fair');
INSERT INTO "responses" VALUES(3,45,'birch-quay-1','market','fair');
INSERT INTO "responses" VALUES(3,46,'birch-hill-0','market','fair');
INSERT INTO "responses" VALUES(3,47,'birch-hill-1','market','good');
INSERT INTO "responses" VALUES(3,48,'cedar-quay-0','market','good');
INSERT INTO "responses" VALUES(3,49,'cedar-quay-1','market','good');
INSERT INTO "responses" VALUES(3,50,'cedar-hill-0','market','poor');
INSERT INTO "responses" VALUES(3,51,'cedar-hill-1','market','good');
INSERT INTO "responses" VALUES(3,52,'dill-quay-0','market','poor');
INSERT INTO "responses" VALUES(3,53,'dill-quay-1','market','fair');
INSERT INTO "responses" VALUES(3,54,'dill-hill-0','market','good');
INSERT INTO "responses" VALUES(3,55,'dill-hill-1','market','poor');
INSERT INTO "responses" VALUES(3,56,'elder-quay-0','market','good');
INSERT INTO "responses" VALUES(3,57,'elder-quay-1','market','fair');
INSERT INTO "responses" VALUES(3,58,'elder-hill-0','market','good');
INSERT INTO "responses" VALUES(3,59,'elder-hill-1','market','poor');
CREATE TABLE run_inputs (
	run_id INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	version_id INTEGER NOT NULL, 
	PRIMARY KEY (run_id, kind, version_id), 
	FOREIGN KEY(run_id) REFERENCES runs (run_id)
);
INSERT INTO "run_inputs" VALUES(2,'programme',1);
INSERT INTO "run_inputs" VALUES(3,'programme',1);
INSERT INTO "run_inputs" VALUES(4,'programme',1);
INSERT INTO "run_inputs" VALUES(4,'wave',1);
INSERT INTO "run_inputs" VALUES(5,'programme',1);
INSERT INTO "run_inputs" VALUES(5,'wave',2);
INSERT INTO "run_inputs" VALUES(6,'programme',1);
INSERT INTO "run_inputs" VALUES(6,'wave',1);
INSERT INTO "run_inputs" VALUES(6,'wave',2);
INSERT INTO "run_inputs" VALUES(7,'programme',1);
CREATE TABLE runs (
	run_id INTEGER NOT NULL, 
	use_case TEXT NOT NULL, 
	arguments JSON NOT NULL, 
	seed TEXT NOT NULL, 
	version TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	"by" TEXT NOT NULL, 
	PRIMARY KEY (run_id)
);
INSERT INTO "runs" VALUES(1,'import-programme','{"file": "harbours.toml"}','','0.1.0+fc243a047870','2026-11-22 06:48:13.730897','ann');
INSERT INTO "runs" VALUES(2,'import-wave','{"programme": "harbours", "wave": "2024-05", "file": "2024-05.csv"}','','0.1.0+fc243a047870','2026-11-22 06:48:13.784256','ann');
INSERT INTO "runs" VALUES(3,'import-wave','{"programme": "harbours", "wave": "2024-06", "file": "2024-06.csv"}','','0.1.0+fc243a047870','2026-11-22 06:48:13.828586','ann');
INSERT INTO "runs" VALUES(4,'estimate','{"programme": "harbours", "wave": "2024-05"}','rankshift','0.1.0+fc243a047870','2026-11-22 06:48:14.028315','ann');
INSERT INTO "runs" VALUES(5,'estimate','{"programme": "harbours", "wave": "2024-06"}','rankshift','0.1.0+fc243a047870','2026-11-22 06:48:14.212909','ann');
INSERT INTO "runs" VALUES(6,'compare','{"programme": "harbours", "before": "2024-05", "after": "2024-06"}','rankshift','0.1.0+fc243a047870','2026-11-22 06:48:14.994461','ann');
INSERT INTO "runs" VALUES(7,'import-wave','{"programme": "harbours", "wave": "2024-05", "file": "2024-05.csv"}','','0.1.0+fc243a047870','2026-11-22 06:48:15.037000','ann');
CREATE TABLE verdicts (
	run_id INTEGER NOT NULL, 
	measure TEXT NOT NULL, 
	rule TEXT NOT NULL, 
	area TEXT NOT NULL, 
	printed BOOLEAN NOT NULL, 
	outcome TEXT NOT NULL, 
	estimate DOUBLE NOT NULL, 
	lower DOUBLE NOT NULL, 
	upper DOUBLE NOT NULL, 
	threshold DOUBLE NOT NULL, 
	level DOUBLE NOT NULL, 
	PRIMARY KEY (run_id, measure, rule, area), 
	FOREIGN KEY(run_id) REFERENCES runs (run_id)
);
INSERT INTO "verdicts" VALUES(4,'disturbed','quiet','cedar',1,'undecided',1.0,1.0,3.0,1.0,0.9);
INSERT INTO "verdicts" VALUES(4,'disturbed','quiet','ash',1,'undecided',2.0,1.0,3.0,1.0,0.9);
INSERT INTO "verdicts" VALUES(4,'disturbed','quiet','birch',0,'undecided',3.0,1.0,3.0,1.0,0.9);
INSERT INTO "verdicts" VALUES(4,'disturbed','quiet','dill',1,'undecided',1.0,1.0,2.0,1.0,0.9);
INSERT INTO "verdicts" VALUES(4,'disturbed','quiet','elder',0,'undecided',2.0,1.0,2.0,1.0,0.9);
INSERT INTO "verdicts" VALUES(4,'upkeep','kept','cedar',1,'undecided',5.33783783783783789562e+01,1.56405304972627345883e+00,9.88024069160948670287e+01,50.0,0.95);
INSERT INTO "verdicts" VALUES(4,'upkeep','kept','ash',0,'undecided',2.8947368421052630083e+01,1.82322286143510048361e+00,8.99373319923471399323e+01,50.0,0.95);
INSERT INTO "verdicts" VALUES(4,'upkeep','kept','birch',1,'undecided',6.7142857142857138796e+01,1.13321984786652159011e+01,9.70302802061588920423e+01,50.0,0.95);
INSERT INTO "verdicts" VALUES(4,'upkeep','kept','dill',0,'undecided',4.48717948717948686985e+01,5.38073055299503533177e+00,9.20950560789808463351e+01,50.0,0.95);
INSERT INTO "verdicts" VALUES(4,'upkeep','kept','elder',1,'undecided',5.39473684210526300848e+01,3.50838174839615701827e+00,9.74187609314268883071e+01,50.0,0.95);
INSERT INTO "verdicts" VALUES(5,'disturbed','quiet','cedar',0,'undecided',3.0,1.0,3.0,1.0,0.9);
INSERT INTO "verdicts" VALUES(5,'disturbed','quiet','ash',1,'undecided',2.0,1.0,3.0,1.0,0.9);
INSERT INTO "verdicts" VALUES(5,'disturbed','quiet','birch',1,'undecided',1.0,1.0,3.0,1.0,0.9);
INSERT INTO "verdicts" VALUES(5,'disturbed','quiet','dill',0,'undecided',2.0,1.0,2.0,1.0,0.9);
INSERT INTO "verdicts" VALUES(5,'disturbed','quiet','elder',1,'undecided',1.0,1.0,2.0,1.0,0.9);
INSERT INTO "verdicts" VALUES(5,'upkeep','kept','cedar',1,'undecided',50.0,2.86698775459158605727e+00,9.71330122454084090612e+01,50.0,0.95);
INSERT INTO "verdicts" VALUES(5,'upkeep','kept','ash',1,'undecided',5.22058823529411739636e+01,1.15710286862382609744e+01,9.01168904197239584163e+01,50.0,0.95);
INSERT INTO "verdicts" VALUES(5,'upkeep','kept','birch',1,'undecided',6.69354838709677437682e+01,3.43020797510484811701e+01,99.568887990887,50.0,0.95);
INSERT INTO "verdicts" VALUES(5,'upkeep','kept','dill',1,'undecided',5.20833333333333357026e+01,1.21134470163267025097e+01,9.20532196503399688901e+01,50.0,0.95);
INSERT INTO "verdicts" VALUES(5,'upkeep','kept','elder',1,'undecided',5.30487804878048763157e+01,1.65942589785199090535e+00,9.86954367425467893326e+01,50.0,0.95);
CREATE TABLE waves (
	version_id INTEGER NOT NULL, 
	programme TEXT NOT NULL, 
	wave TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	digest TEXT NOT NULL, 
	file TEXT NOT NULL, 
	file_digest TEXT NOT NULL, 
	interviews INTEGER NOT NULL, 
	run_id INTEGER NOT NULL, 
	PRIMARY KEY (version_id), 
	UNIQUE (programme, wave, version), 
	FOREIGN KEY(run_id) REFERENCES runs (run_id)
);
INSERT INTO "waves" VALUES(1,'harbours','2024-05',1,'766f56a0a56652c059d2bc9e03065ea57a92b9c54831fb37230f64336dd64403','2024-05.csv','0e60a843d527d2f8e299c21734b60e01b2b4d5975940759b6fbba2726c94c913',20,2);
INSERT INTO "waves" VALUES(2,'harbours','2024-06',1,'5397aad8c7acfc0e33d306c99316b2f13195174bca07daaeb118d2a8eb459505','2024-06.csv','d317729eef596bf459b3fa312db42d4aa516d1829642527149102591f12640a3',20,3);
INSERT INTO "waves" VALUES(3,'harbours','2024-05',2,'e26eab77c3575586e3f0ab4ec65a80723a7e8ae19965101cbd031bfefe82d4c7','2024-05.csv','dd6c8d0a85389d6a6d8ff17690ca7bfeabfd285456531e61ce6c62583533957a',20,7);
COMMIT;
