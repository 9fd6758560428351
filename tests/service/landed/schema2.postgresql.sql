CREATE TABLE about (
    schema integer NOT NULL
);
CREATE SEQUENCE about_schema_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE about_schema_seq OWNED BY about.schema;
CREATE TABLE changes (
    run_id integer NOT NULL,
    measure text NOT NULL,
    area text NOT NULL,
    from_wave text NOT NULL,
    to_wave text NOT NULL,
    change double precision NOT NULL,
    se double precision NOT NULL,
    se_design double precision NOT NULL,
    df double precision NOT NULL,
    lower double precision NOT NULL,
    upper double precision NOT NULL,
    level double precision NOT NULL,
    p double precision NOT NULL,
    p_holm double precision NOT NULL,
    q_screening double precision NOT NULL,
    relative double precision NOT NULL,
    relative_se double precision NOT NULL,
    relative_lower double precision NOT NULL,
    relative_upper double precision NOT NULL,
    p_standing double precision NOT NULL,
    rank_before bigint NOT NULL,
    before_lower bigint NOT NULL,
    before_upper bigint NOT NULL,
    rank_after bigint NOT NULL,
    after_lower bigint NOT NULL,
    after_upper bigint NOT NULL,
    places bigint NOT NULL,
    places_lower bigint NOT NULL,
    places_upper bigint NOT NULL,
    own double precision NOT NULL,
    others double precision NOT NULL,
    noise bigint NOT NULL,
    verdict text NOT NULL,
    alpha_standing double precision NOT NULL,
    alpha_rank double precision NOT NULL,
    family bigint NOT NULL,
    watched bigint NOT NULL,
    p_worse double precision,
    p_rank_worse double precision,
    p_rank_better double precision,
    p_last double precision,
    last bigint NOT NULL,
    fits double precision
);
CREATE TABLE covariances (
    run_id integer NOT NULL,
    measure text NOT NULL,
    domain text NOT NULL,
    other text NOT NULL,
    covariance double precision NOT NULL
);
CREATE TABLE estimates (
    run_id integer NOT NULL,
    measure text NOT NULL,
    domain text NOT NULL,
    estimate double precision NOT NULL,
    se double precision NOT NULL,
    df double precision NOT NULL,
    lower double precision NOT NULL,
    upper double precision NOT NULL,
    level double precision NOT NULL,
    method text NOT NULL,
    deff double precision,
    n bigint NOT NULL,
    n_effective double precision NOT NULL,
    unfit text NOT NULL
);
CREATE TABLE imports (
    import_id integer NOT NULL,
    at timestamp with time zone NOT NULL,
    by text NOT NULL,
    programme text NOT NULL,
    wave text NOT NULL,
    file text NOT NULL,
    outcome text NOT NULL,
    version integer,
    interviews integer,
    fault text,
    fault_values json
);
CREATE SEQUENCE imports_import_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE imports_import_id_seq OWNED BY imports.import_id;
CREATE TABLE programmes (
    version_id integer NOT NULL,
    programme text NOT NULL,
    version integer NOT NULL,
    digest text NOT NULL,
    file text NOT NULL,
    content bytea NOT NULL,
    run_id integer NOT NULL
);
CREATE SEQUENCE programmes_version_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE programmes_version_id_seq OWNED BY programmes.version_id;
CREATE TABLE ranks (
    run_id integer NOT NULL,
    measure text NOT NULL,
    family text NOT NULL,
    area text NOT NULL,
    rank bigint NOT NULL,
    lower bigint NOT NULL,
    upper bigint NOT NULL,
    level double precision NOT NULL
);
CREATE TABLE respondents (
    version_id integer NOT NULL,
    "row" integer NOT NULL,
    unit_id text NOT NULL,
    area text NOT NULL,
    stratum text NOT NULL,
    psu text NOT NULL,
    weight double precision NOT NULL
);
CREATE TABLE responses (
    version_id integer NOT NULL,
    "row" integer NOT NULL,
    unit_id text NOT NULL,
    item text NOT NULL,
    answer text NOT NULL
);
CREATE TABLE run_inputs (
    run_id integer NOT NULL,
    kind text NOT NULL,
    version_id integer NOT NULL
);
CREATE TABLE runs (
    run_id integer NOT NULL,
    use_case text NOT NULL,
    arguments json NOT NULL,
    seed text NOT NULL,
    version text NOT NULL,
    at timestamp with time zone NOT NULL,
    by text NOT NULL
);
CREATE SEQUENCE runs_run_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE runs_run_id_seq OWNED BY runs.run_id;
CREATE TABLE verdicts (
    run_id integer NOT NULL,
    measure text NOT NULL,
    rule text NOT NULL,
    area text NOT NULL,
    printed boolean NOT NULL,
    outcome text NOT NULL,
    estimate double precision NOT NULL,
    lower double precision NOT NULL,
    upper double precision NOT NULL,
    threshold double precision NOT NULL,
    level double precision NOT NULL
);
CREATE TABLE waves (
    version_id integer NOT NULL,
    programme text NOT NULL,
    wave text NOT NULL,
    version integer NOT NULL,
    digest text NOT NULL,
    file text NOT NULL,
    file_digest text NOT NULL,
    interviews integer NOT NULL,
    run_id integer NOT NULL
);
CREATE SEQUENCE waves_version_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE waves_version_id_seq OWNED BY waves.version_id;
ALTER TABLE ONLY about ALTER COLUMN schema SET DEFAULT nextval('about_schema_seq'::regclass);
ALTER TABLE ONLY imports ALTER COLUMN import_id SET DEFAULT nextval('imports_import_id_seq'::regclass);
ALTER TABLE ONLY programmes ALTER COLUMN version_id SET DEFAULT nextval('programmes_version_id_seq'::regclass);
ALTER TABLE ONLY runs ALTER COLUMN run_id SET DEFAULT nextval('runs_run_id_seq'::regclass);
ALTER TABLE ONLY waves ALTER COLUMN version_id SET DEFAULT nextval('waves_version_id_seq'::regclass);
INSERT INTO about VALUES (2);
INSERT INTO changes VALUES (6, 'disturbed', 'cedar', '2024-05', '2024-06', 0.42105263157894735, 0.28881739290405234, 0.09141274238227144, 3.7966786309554514, -0.20425889703552114, 1, 0.9, 0.22228817639716247, 0.6668645291914874, 0.6668645291914874, 0.3368063977147169, 0.2363259179978189, -0.2720857627289279, 0.9456985581583617, 0.38996100389961, 1, 1, 3, 3, 1, 3, -2, -2, 2, -1.5, -0.5, 2, 'chance', 0.08999999999999998, 0.009999999999999998, 1, 0, 0.852, 0.60775, 0.08, 0.4675, 1, 1);
INSERT INTO changes VALUES (6, 'disturbed', 'ash', '2024-05', '2024-06', 0.0021929824561403577, 0.32481797816078695, 0.3330203490748494, 2.3439228498515683, -0.8578557177586925, 0.8622416826709733, 0.9, 0.9951448679405214, 1, 0.9951448679405214, -0.08205325140809011, 0.25142331570819176, -0.8545786646011209, 0.6904721617849408, 0.8545145485451455, 2, 1, 3, 2, 1, 3, 0, -2, 2, 0, 0, 2, 'chance', 0.08999999999999998, 0.009999999999999998, 1, 0, 0.58525, 0.2315, 0.355, 0.30375, 1, 1);
INSERT INTO changes VALUES (6, 'disturbed', 'birch', '2024-05', '2024-06', -0.1705069124423963, 0.2519539460805683, 0.2981652174910107, 2.5629118656421177, -0.8070319966003734, 0.46601817171558085, 0.9, 0.5545599902508194, 1, 0.831839985376229, -0.25475314630662677, 0.22182209316943735, -0.8457675129937496, 0.33626122038049616, 0.49765023497650235, 3, 1, 3, 1, 1, 3, 2, -2, 2, 1.5, 0.5, 2, 'chance', 0.08999999999999998, 0.009999999999999998, 1, 0, 0.4105, 0.10625, 0.5485, 0.22875, 1, 1);
INSERT INTO changes VALUES (6, 'disturbed', 'dill', '2024-05', '2024-06', 0.25, 0.31779031012194137, 0.26715811196765754, 3.5236812036946374, -0.4546690847993289, 0.9546690847993289, 0.9, 0.48098064081077463, 0.7737886366738758, 0.48098064081077463, 0.3173076923076923, 0.23698912737909264, -0.17996407320424368, 0.8145794578196283, 0.23577642235776422, 1, 1, 2, 2, 1, 2, -1, -1, 1, -0.5, -0.5, 1, 'chance', 0.08999999999999998, 0.009999999999999998, 1, 0, 0.6425, 0.52475, 0.07425, 0.683, 1, 1);
INSERT INTO changes VALUES (6, 'disturbed', 'elder', '2024-05', '2024-06', -0.38461538461538464, 0.3516599277373177, 0.36535766376415585, 2.027871190879817, -1, 0.6326664144085128, 0.9, 0.3868943183369379, 0.7737886366738758, 0.48098064081077463, -0.3173076923076923, 0.23698912737909264, -0.8145794578196283, 0.17996407320424368, 0.23577642235776422, 2, 1, 2, 1, 1, 2, 1, -1, 1, 1, 0, 1, 'chance', 0.08999999999999998, 0.009999999999999998, 1, 0, 0.277, 0.07425, 0.52475, 0.317, 1, 1);
INSERT INTO changes VALUES (6, 'upkeep', 'cedar', '2024-05', '2024-06', -3.378378378378379, 14.774853983212578, 18.753223666052467, 2.336452957540273, -42.56867553418813, 35.81191877743137, 0.9, 0.8376261303753517, 1, 0.9931907756171349, -9.935965805585301, 14.202763779590391, -46.18962549113505, 26.31769387996444, 0.7521247875212479, 2, 1, 3, 3, 1, 3, -1, -2, 2, -0.5, -0.5, 2, 'chance', 0.08999999999999998, 0.009999999999999998, 1, 0, NULL, NULL, NULL, NULL, 5, NULL);
INSERT INTO changes VALUES (6, 'upkeep', 'ash', '2024-05', '2024-06', 23.258513931888544, 20.692254734551554, 16.79463409849907, 3.1705313091864644, -24.388425757030184, 70.90545362080726, 0.9, 0.3388398563517657, 1, 0.9931907756171349, 16.70092650468162, 16.482602876071617, -27.55940432399269, 60.96125733335593, 0.6212378762123788, 3, 1, 3, 2, 1, 3, 1, -2, 2, 0.5, 0.5, 2, 'chance', 0.08999999999999998, 0.009999999999999998, 1, 0, NULL, NULL, NULL, NULL, 5, NULL);
INSERT INTO changes VALUES (6, 'upkeep', 'birch', '2024-05', '2024-06', -0.20737327188939503, 22.674034575015998, 15.443690270912942, 3.5684714445662453, -50.27434709503749, 49.8596005512587, 0.9, 0.9931907756171349, 1, 0.9931907756171349, -6.764960699096318, 17.3298493032523, -53.48134144701511, 39.95142004882247, 0.8148185181481852, 1, 1, 3, 1, 1, 3, 0, -2, 2, 0, 0, 2, 'chance', 0.08999999999999998, 0.009999999999999998, 1, 0, NULL, NULL, NULL, NULL, 5, NULL);
INSERT INTO changes VALUES (6, 'upkeep', 'dill', '2024-05', '2024-06', 7.211538461538467, 14.497902286824651, 11.793726617318047, 2.383912463983398, -30.820253248640775, 45.24333017171771, 0.9, 0.6610544799942726, 1, 0.9544559159105627, 4.05506319739311, 10.139347055668189, -17.707326272938968, 25.81745266772519, 0.7101289871012899, 2, 1, 2, 2, 1, 2, 0, -1, 1, 0, 0, 1, 'chance', 0.08999999999999998, 0.009999999999999998, 1, 0, NULL, NULL, NULL, NULL, 5, NULL);
INSERT INTO changes VALUES (6, 'upkeep', 'elder', '2024-05', '2024-06', -0.8985879332477538, 14.178725758785001, 18.015514230415025, 2.350034543747696, -38.38659936009931, 36.5894234936038, 0.9, 0.9544559159105627, 1, 0.9544559159105627, -4.05506319739311, 10.139347055668189, -25.81745266772519, 17.707326272938968, 0.7101289871012899, 1, 1, 2, 1, 1, 2, 0, -1, 1, 0, 0, 1, 'chance', 0.08999999999999998, 0.009999999999999998, 1, 0, NULL, NULL, NULL, NULL, 5, NULL);
INSERT INTO covariances VALUES (4, 'disturbed', 'ash', 'ash', 0.07996504784340207);
INSERT INTO covariances VALUES (4, 'disturbed', 'birch', 'birch', 0.11995002082465639);
INSERT INTO covariances VALUES (4, 'disturbed', 'elder', 'elder', 0.13348622247120195);
INSERT INTO covariances VALUES (4, 'upkeep', 'ash', 'ash', 217.93302691047495);
INSERT INTO covariances VALUES (4, 'upkeep', 'birch', 'birch', 201.9958350687214);
INSERT INTO covariances VALUES (4, 'upkeep', 'cedar', 'cedar', 612.0772174855842);
INSERT INTO covariances VALUES (4, 'upkeep', 'dill', 'dill', 234.08420616734986);
INSERT INTO covariances VALUES (4, 'upkeep', 'elder', 'elder', 402.03852410586165);
INSERT INTO covariances VALUES (5, 'disturbed', 'ash', 'ash', 0.042830102237654315);
INSERT INTO covariances VALUES (5, 'disturbed', 'birch', 'birch', 0.07609139369868147);
INSERT INTO covariances VALUES (5, 'disturbed', 'cedar', 'cedar', 0.008356289469847525);
INSERT INTO covariances VALUES (5, 'disturbed', 'dill', 'dill', 0.07137345679012345);
INSERT INTO covariances VALUES (5, 'upkeep', 'ash', 'ash', 151.42617575220603);
INSERT INTO covariances VALUES (5, 'upkeep', 'birch', 'birch', 57.52440929875985);
INSERT INTO covariances VALUES (5, 'upkeep', 'cedar', 'cedar', 418.9750692520775);
INSERT INTO covariances VALUES (5, 'upkeep', 'dill', 'dill', 86.29651063100135);
INSERT INTO covariances VALUES (5, 'upkeep', 'elder', 'elder', 592.2585986571404);
INSERT INTO estimates VALUES (4, 'disturbed', 'ash', 0.2894736842105263, 0.28278091845703107, 2, 0.007300139859997277, 0.9575744082331809, 0.9, 'logit', 1.1663588796552786, 4, 3.902702702702703, 'n n_effective df cv');
INSERT INTO estimates VALUES (4, 'disturbed', 'birch', 0.42857142857142855, 0.34633801527504365, 2, 0.011924484948539576, 0.9789957219120852, 0.9, 'logit', 1.469387755102041, 4, 3.769230769230769, 'n n_effective df cv');
INSERT INTO estimates VALUES (4, 'disturbed', 'cedar', 0, 0, 2, 0, 0.6975820546455374, 0.9, 'korn_graubard', NULL, 4, 3.8563380281690143, 'n n_effective df cv');
INSERT INTO estimates VALUES (4, 'disturbed', 'dill', 0, 0, 2, 0, 0.6962811438729695, 0.9, 'korn_graubard', NULL, 4, 3.8702290076335877, 'n n_effective df cv');
INSERT INTO estimates VALUES (4, 'disturbed', 'elder', 0.38461538461538464, 0.36535766376415585, 1, 3.657391948421774e-05, 0.999906376107861, 0.9, 'logit', 1.1279585798816565, 3, 2.9391304347826086, 'n n_effective df cv');
INSERT INTO estimates VALUES (4, 'disturbed', '*', 0.2057142857142857, 0.1052325539570726, 9, 0.07367631469086991, 0.4575108123718249, 0.9, 'logit', 1.2199204815739244, 19, 18.305439330543933, 'n n_effective cv');
INSERT INTO estimates VALUES (4, 'upkeep', 'ash', 28.94736842105263, 14.762554891023266, 2, 4.7708720780485265, 76.81462857315996, 0.9, 'logit', 1.4693943542041672, 4, 3.902702702702703, 'n n_effective df cv');
INSERT INTO estimates VALUES (4, 'upkeep', 'birch', 67.14285714285714, 14.212523881025543, 2, 23.748970509343074, 93.05906886576605, 0.9, 'logit', 1.0758473824312333, 4, 3.769230769230769, 'n n_effective df cv');
INSERT INTO estimates VALUES (4, 'upkeep', 'cedar', 53.37837837837838, 24.740194370408336, 2, 5.910300592744961, 95.42718531967144, 0.9, 'logit', 1.2592616817599473, 4, 3.8563380281690143, 'n n_effective df cv');
INSERT INTO estimates VALUES (4, 'upkeep', 'dill', 44.87179487179487, 15.299810657892138, 2, 0.19656836860760052, 89.54702137498214, 0.9, 'wald', 0.8701639370603809, 4, 3.8702290076335877, 'n n_effective df cv');
INSERT INTO estimates VALUES (4, 'upkeep', 'elder', 53.94736842105263, 20.05089833662975, 2, 9.989449194074904, 92.51760103216688, 0.9, 'logit', 1.5585063860640649, 4, 3.8609625668449197, 'n n_effective df cv');
INSERT INTO estimates VALUES (4, 'upkeep', '*', 49.331550802139034, 8.405717359545712, 10, 34.09651487861922, 64.56658672565885, 0.9, 'wald', 1.3904899742997747, 20, 19.24545954870666, 'n n_effective');
INSERT INTO estimates VALUES (5, 'disturbed', 'ash', 0.2916666666666667, 0.20695434819702221, 1, 0.0007371595867549696, 0.9956679042133344, 0.9, 'logit', 0.4146241830065359, 3, 2.9690721649484537, 'n n_effective df cv');
INSERT INTO estimates VALUES (5, 'disturbed', 'birch', 0.25806451612903225, 0.27584668513266836, 2, 0.0051536979562485175, 0.958938988212068, 0.9, 'logit', 1.192236348007058, 4, 3.7984189723320156, 'n n_effective df cv');
INSERT INTO estimates VALUES (5, 'disturbed', 'cedar', 0.42105263157894735, 0.09141274238227144, 2, 0.1956907348452009, 0.6849341119884386, 0.9, 'logit', 0.10283933518005535, 4, 3.7216494845360826, 'n n_effective df');
INSERT INTO estimates VALUES (5, 'disturbed', 'dill', 0.25, 0.26715811196765754, 2, 0.005172907308627766, 0.9552939175860249, 0.9, 'logit', 1.1419753086419753, 4, 3.7241379310344827, 'n n_effective df cv');
INSERT INTO estimates VALUES (5, 'disturbed', 'elder', 0, 0, 2, 0, 0.6901018361203168, 0.9, 'korn_graubard', NULL, 4, 3.936768149882904, 'n n_effective df cv');
INSERT INTO estimates VALUES (5, 'disturbed', '*', 0.23529411764705882, 0.08609035480947543, 9, 0.11347437428055095, 0.4251720189524839, 0.9, 'logit', 0.7414399787064149, 19, 17.950310559006212, 'n n_effective cv');
INSERT INTO estimates VALUES (5, 'upkeep', 'ash', 52.205882352941174, 12.305534354598587, 2, 16.27389947896593, 88.13786522691642, 0.9, 'wald', 1.4766846467730066, 4, 3.931972789115646, 'n n_effective df');
INSERT INTO estimates VALUES (5, 'upkeep', 'birch', 66.93548387096774, 7.584484774772763, 2, 44.78889769421891, 89.08207004771657, 0.9, 'wald', 1.2635647391110447, 4, 3.7984189723320156, 'n n_effective df');
INSERT INTO estimates VALUES (5, 'upkeep', 'cedar', 50, 20.46888050803164, 2, 8.388051618273904, 91.6119483817261, 0.9, 'logit', 0.8684210526315788, 4, 3.7216494845360826, 'n n_effective df cv');
INSERT INTO estimates VALUES (5, 'upkeep', 'dill', 52.083333333333336, 9.28959152121348, 2, 24.95786004401376, 79.20880662265292, 0.9, 'wald', 0.1346459326143299, 4, 3.7241379310344827, 'n n_effective df');
INSERT INTO estimates VALUES (5, 'upkeep', 'elder', 53.048780487804876, 24.336363710652016, 2, 6.116995241839983, 95.14403367358355, 0.9, 'logit', 1.3491858218082255, 4, 3.936768149882904, 'n n_effective df cv');
INSERT INTO estimates VALUES (5, 'upkeep', '*', 54.44444444444444, 7.773632052085251, 10, 40.35503856699718, 68.5338503218917, 0.9, 'wald', 1.0388246610195786, 20, 18.94736842105263, 'n n_effective');
INSERT INTO imports VALUES (1, '2026-11-22 06:48:16.619265+00', 'ann', 'harbours', '', 'harbours.toml', 'imported', 1, NULL, NULL, NULL);
INSERT INTO imports VALUES (2, '2026-11-22 06:48:16.705244+00', 'ann', 'harbours', '2024-05', '2024-05.csv', 'imported', 1, 20, NULL, NULL);
INSERT INTO imports VALUES (3, '2026-11-22 06:48:16.777459+00', 'ann', 'harbours', '2024-06', '2024-06.csv', 'imported', 1, 20, NULL, NULL);
INSERT INTO imports VALUES (4, '2026-11-22 06:48:18.729931+00', 'ann', 'harbours', '2024-05', '2024-05.csv', 'corrected', 2, 20, NULL, NULL);
INSERT INTO imports VALUES (5, '2026-11-22 06:48:18.737292+00', 'ann', 'harbours', '2024-07', '2024-07.csv', 'refused', NULL, NULL, 'file.no_rows', '{"file": "2024-07.csv"}');
INSERT INTO programmes VALUES (1, 'harbours', 1, '168ce69b7b85497d7bc2f17f4cebb475ad94b72a9d19b8f33be89f1c6d072a72', 'harbours.toml', '\x23205465737420646174613a2061206d6164652d757020737572766579206f66206d6164652d757020746f776e732e202054776f206c6561677565732c20616e737765727320617320776f7264732c206e6f2050535520636f6c756d6e2c206d6f6e74686c792077617665732e0a70726f6772616d6d65203d2022686172626f757273220a6e616d65203d207b207a68203d2022e6b5b7e6b8afe5b185e6b091e8b083e69fa5efbc88e8999ae69e84efbc89222c20656e203d2022486172626f7572207265736964656e7473272073757276657920286d6164652075702922207d0a6e6f7465203d207b207a68203d2022e8999ae69e84e79a84e794b5e8af9de8aebfe997ae222c20656e203d20224d6164652d75702074656c6570686f6e6520696e746572766965777322207d0a736f75726365203d207b207a68203d2022e69da5e6ba90efbc9ae6b58be8af95e695b0e68dae222c20656e203d2022536f757263653a2074657374206461746122207d0a73696d756c61746564203d20747275650a6c6576656c203d20302e390a0a5b636f6c756d6e735d0a726573706f6e64656e74203d20226964220a61726561203d2022746f776e220a7374726174756d203d205b22746f776e222c202273696465225d0a776569676874203d202277220a0a5b64657369676e5d0a6c6f6e656c79203d20226572726f72220a0a5b6c6561677565732e6e6f7274685d0a6e616d65203d207b207a68203d2022e58c97e5b2b8222c20656e203d20224e6f7274682073686f726522207d0a5b6c6561677565732e736f7574685d0a6e616d65203d207b207a68203d2022e58d97e5b2b8222c20656e203d2022536f7574682073686f726522207d0a0a5b61726561735d0a6365646172203d207b206c6561677565203d20226e6f727468222c207a68203d2022e99baae69dbee6b8af222c20656e203d20224365646172686176656e22207d0a617368203d207b206c6561677565203d20226e6f727468222c207a68203d2022e799bde89ca1e6b8af222c20656e203d2022417368686176656e22207d0a6269726368203d207b206c6561677565203d20226e6f727468222c207a68203d2022e6a1a6e6b8af222c20656e203d20224269726368686176656e22207d0a64696c6c203d207b206c6561677565203d2022736f757468222c207a68203d2022e88eb3e8909de6b8af222c20656e203d202244696c6c686176656e22207d0a656c646572203d207b206c6561677565203d2022736f757468222c207a68203d2022e68ea5e9aaa8e69ca8e6b8af222c20656e203d2022456c646572686176656e22207d0a0a5b6974656d732e6e6f6973655d0a74657874203d207b207a68203d2022e5a49ce9878ce590b5e59097efbc9f222c20656e203d20224973206974206e6f697379206174206e696768743f22207d0a616e73776572732e6f6674656e203d207b207a68203d2022e7bb8fe5b8b8222c20656e203d20226f6674656e22207d0a616e73776572732e726172656c79203d207b207a68203d2022e5be88e5b091222c20656e203d2022726172656c7922207d0a616e73776572732e6e65766572203d207b207a68203d2022e4bb8ee4b88d222c20656e203d20226e6576657222207d0a6e6f745f616e737765726564203d205b2272656675736564225d0a0a5b6974656d732e706965725d0a74657874203d207b207a68203d2022e7a081e5a4b4e79a84e78ab6e586b5e5a682e4bd95efbc9f222c20656e203d2022496e20776861742073746174652069732074686520706965723f22207d0a616e73776572732e676f6f64203d207b207a68203d2022e5a5bd222c20656e203d2022676f6f6422207d0a616e73776572732e66616972203d207b207a68203d2022e4b880e888ac222c20656e203d20226661697222207d0a616e73776572732e706f6f72203d207b207a68203d2022e5b7ae222c20656e203d2022706f6f7222207d0a6e6f745f61736b6564203d205b226e6f6e652068657265225d0a0a5b6974656d732e6d61726b65745d0a74657874203d207b207a68203d2022e99b86e5b882e79a84e78ab6e586b5e5a682e4bd95efbc9f222c20656e203d2022496e207768617420737461746520697320746865206d61726b65743f22207d0a616e73776572732e676f6f64203d207b207a68203d2022e5a5bd222c20656e203d2022676f6f6422207d0a616e73776572732e66616972203d207b207a68203d2022e4b880e888ac222c20656e203d20226661697222207d0a616e73776572732e706f6f72203d207b207a68203d2022e5b7ae222c20656e203d2022706f6f7222207d0a0a5b6d656173757265732e6469737475726265645d0a6b696e64203d20227368617265220a6974656d73203d20226e6f697365220a636f756e7473203d205b226f6674656e225d0a62657374203d2022736d616c6c657374220a6e616d65203d207b207a68203d2022e5a49ce9878ce58f97e689b0222c20656e203d2022446973747572626564206174206e6967687422207d0a0a5b6d656173757265732e75706b6565705d0a6b696e64203d202273636f7265220a6974656d73203d205b2270696572222c20226d61726b6574225d0a706f696e7473203d207b20676f6f64203d203130302c2066616972203d2035302c20706f6f72203d2030207d0a62657374203d20226c617267657374220a6e616d65203d207b207a68203d2022e7bbb4e68aa4e5be97e58886222c20656e203d202255706b6565702073636f726522207d0a0a5b72756c65732e71756965745d0a6d656173757265203d2022646973747572626564220a6b696e64203d20226e6f745f6c617374220a7468726573686f6c64203d20310a6e616d65203d207b207a68203d2022e4b88de698afe69c80e5908ee4b880e5908d222c20656e203d20224e6f7420746865206c61737422207d0a0a5b72756c65732e6b6570745d0a6d656173757265203d202275706b656570220a6b696e64203d202261745f6c65617374220a7468726573686f6c64203d2035300a6c6576656c203d20302e39350a6e616d65203d207b207a68203d2022e7bbb4e68aa4e4b88de4bd8ee4ba8e3530e58886222c20656e203d202255706b656570206f66203530206f72206d6f726522207d0a', 1);
INSERT INTO ranks VALUES (4, 'disturbed', 'simultaneous', 'cedar', 1, 1, 3, 0.9);
INSERT INTO ranks VALUES (4, 'disturbed', 'simultaneous', 'ash', 2, 1, 3, 0.9);
INSERT INTO ranks VALUES (4, 'disturbed', 'simultaneous', 'birch', 3, 1, 3, 0.9);
INSERT INTO ranks VALUES (4, 'disturbed', 'marginal', 'cedar', 1, 1, 3, 0.9);
INSERT INTO ranks VALUES (4, 'disturbed', 'marginal', 'ash', 2, 1, 3, 0.9);
INSERT INTO ranks VALUES (4, 'disturbed', 'marginal', 'birch', 3, 1, 3, 0.9);
INSERT INTO ranks VALUES (4, 'disturbed', 'simultaneous', 'dill', 1, 1, 2, 0.9);
INSERT INTO ranks VALUES (4, 'disturbed', 'simultaneous', 'elder', 2, 1, 2, 0.9);
INSERT INTO ranks VALUES (4, 'disturbed', 'marginal', 'dill', 1, 1, 2, 0.9);
INSERT INTO ranks VALUES (4, 'disturbed', 'marginal', 'elder', 2, 1, 2, 0.9);
INSERT INTO ranks VALUES (4, 'upkeep', 'simultaneous', 'cedar', 2, 1, 3, 0.9);
INSERT INTO ranks VALUES (4, 'upkeep', 'simultaneous', 'ash', 3, 1, 3, 0.9);
INSERT INTO ranks VALUES (4, 'upkeep', 'simultaneous', 'birch', 1, 1, 3, 0.9);
INSERT INTO ranks VALUES (4, 'upkeep', 'marginal', 'cedar', 2, 1, 3, 0.9);
INSERT INTO ranks VALUES (4, 'upkeep', 'marginal', 'ash', 3, 1, 3, 0.9);
INSERT INTO ranks VALUES (4, 'upkeep', 'marginal', 'birch', 1, 1, 3, 0.9);
INSERT INTO ranks VALUES (4, 'upkeep', 'simultaneous', 'dill', 2, 1, 2, 0.9);
INSERT INTO ranks VALUES (4, 'upkeep', 'simultaneous', 'elder', 1, 1, 2, 0.9);
INSERT INTO ranks VALUES (4, 'upkeep', 'marginal', 'dill', 2, 1, 2, 0.9);
INSERT INTO ranks VALUES (4, 'upkeep', 'marginal', 'elder', 1, 1, 2, 0.9);
INSERT INTO ranks VALUES (5, 'disturbed', 'simultaneous', 'cedar', 3, 1, 3, 0.9);
INSERT INTO ranks VALUES (5, 'disturbed', 'simultaneous', 'ash', 2, 1, 3, 0.9);
INSERT INTO ranks VALUES (5, 'disturbed', 'simultaneous', 'birch', 1, 1, 3, 0.9);
INSERT INTO ranks VALUES (5, 'disturbed', 'marginal', 'cedar', 3, 1, 3, 0.9);
INSERT INTO ranks VALUES (5, 'disturbed', 'marginal', 'ash', 2, 1, 3, 0.9);
INSERT INTO ranks VALUES (5, 'disturbed', 'marginal', 'birch', 1, 1, 3, 0.9);
INSERT INTO ranks VALUES (5, 'disturbed', 'simultaneous', 'dill', 2, 1, 2, 0.9);
INSERT INTO ranks VALUES (5, 'disturbed', 'simultaneous', 'elder', 1, 1, 2, 0.9);
INSERT INTO ranks VALUES (5, 'disturbed', 'marginal', 'dill', 2, 1, 2, 0.9);
INSERT INTO ranks VALUES (5, 'disturbed', 'marginal', 'elder', 1, 1, 2, 0.9);
INSERT INTO ranks VALUES (5, 'upkeep', 'simultaneous', 'cedar', 3, 1, 3, 0.9);
INSERT INTO ranks VALUES (5, 'upkeep', 'simultaneous', 'ash', 2, 1, 3, 0.9);
INSERT INTO ranks VALUES (5, 'upkeep', 'simultaneous', 'birch', 1, 1, 3, 0.9);
INSERT INTO ranks VALUES (5, 'upkeep', 'marginal', 'cedar', 3, 1, 3, 0.9);
INSERT INTO ranks VALUES (5, 'upkeep', 'marginal', 'ash', 2, 1, 3, 0.9);
INSERT INTO ranks VALUES (5, 'upkeep', 'marginal', 'birch', 1, 1, 3, 0.9);
INSERT INTO ranks VALUES (5, 'upkeep', 'simultaneous', 'dill', 2, 1, 2, 0.9);
INSERT INTO ranks VALUES (5, 'upkeep', 'simultaneous', 'elder', 1, 1, 2, 0.9);
INSERT INTO ranks VALUES (5, 'upkeep', 'marginal', 'dill', 2, 1, 2, 0.9);
INSERT INTO ranks VALUES (5, 'upkeep', 'marginal', 'elder', 1, 1, 2, 0.9);
INSERT INTO respondents VALUES (1, 0, 'ash-quay-0', 'ash', 'ash / quay', 'ash-quay-0', 2.5);
INSERT INTO respondents VALUES (1, 1, 'ash-quay-1', 'ash', 'ash / quay', 'ash-quay-1', 2.75);
INSERT INTO respondents VALUES (1, 2, 'ash-hill-0', 'ash', 'ash / hill', 'ash-hill-0', 2.5);
INSERT INTO respondents VALUES (1, 3, 'ash-hill-1', 'ash', 'ash / hill', 'ash-hill-1', 1.75);
INSERT INTO respondents VALUES (1, 4, 'birch-quay-0', 'birch', 'birch / quay', 'birch-quay-0', 2.25);
INSERT INTO respondents VALUES (1, 5, 'birch-quay-1', 'birch', 'birch / quay', 'birch-quay-1', 2);
INSERT INTO respondents VALUES (1, 6, 'birch-hill-0', 'birch', 'birch / hill', 'birch-hill-0', 1.5);
INSERT INTO respondents VALUES (1, 7, 'birch-hill-1', 'birch', 'birch / hill', 'birch-hill-1', 3);
INSERT INTO respondents VALUES (1, 8, 'cedar-quay-0', 'cedar', 'cedar / quay', 'cedar-quay-0', 1.75);
INSERT INTO respondents VALUES (1, 9, 'cedar-quay-1', 'cedar', 'cedar / quay', 'cedar-quay-1', 2);
INSERT INTO respondents VALUES (1, 10, 'cedar-hill-0', 'cedar', 'cedar / hill', 'cedar-hill-0', 2.75);
INSERT INTO respondents VALUES (1, 11, 'cedar-hill-1', 'cedar', 'cedar / hill', 'cedar-hill-1', 2.75);
INSERT INTO respondents VALUES (1, 12, 'dill-quay-0', 'dill', 'dill / quay', 'dill-quay-0', 2.5);
INSERT INTO respondents VALUES (1, 13, 'dill-quay-1', 'dill', 'dill / quay', 'dill-quay-1', 2.5);
INSERT INTO respondents VALUES (1, 14, 'dill-hill-0', 'dill', 'dill / hill', 'dill-hill-0', 3);
INSERT INTO respondents VALUES (1, 15, 'dill-hill-1', 'dill', 'dill / hill', 'dill-hill-1', 1.75);
INSERT INTO respondents VALUES (1, 16, 'elder-quay-0', 'elder', 'elder / quay', 'elder-quay-0', 1.75);
INSERT INTO respondents VALUES (1, 17, 'elder-quay-1', 'elder', 'elder / quay', 'elder-quay-1', 2.5);
INSERT INTO respondents VALUES (1, 18, 'elder-hill-0', 'elder', 'elder / hill', 'elder-hill-0', 2.25);
INSERT INTO respondents VALUES (1, 19, 'elder-hill-1', 'elder', 'elder / hill', 'elder-hill-1', 3);
INSERT INTO respondents VALUES (2, 0, 'ash-quay-0', 'ash', 'ash / quay', 'ash-quay-0', 2);
INSERT INTO respondents VALUES (2, 1, 'ash-quay-1', 'ash', 'ash / quay', 'ash-quay-1', 2.25);
INSERT INTO respondents VALUES (2, 2, 'ash-hill-0', 'ash', 'ash / hill', 'ash-hill-0', 2.5);
INSERT INTO respondents VALUES (2, 3, 'ash-hill-1', 'ash', 'ash / hill', 'ash-hill-1', 1.75);
INSERT INTO respondents VALUES (2, 4, 'birch-quay-0', 'birch', 'birch / quay', 'birch-quay-0', 2);
INSERT INTO respondents VALUES (2, 5, 'birch-quay-1', 'birch', 'birch / quay', 'birch-quay-1', 2.5);
INSERT INTO respondents VALUES (2, 6, 'birch-hill-0', 'birch', 'birch / hill', 'birch-hill-0', 2);
INSERT INTO respondents VALUES (2, 7, 'birch-hill-1', 'birch', 'birch / hill', 'birch-hill-1', 1.25);
INSERT INTO respondents VALUES (2, 8, 'cedar-quay-0', 'cedar', 'cedar / quay', 'cedar-quay-0', 2.75);
INSERT INTO respondents VALUES (2, 9, 'cedar-quay-1', 'cedar', 'cedar / quay', 'cedar-quay-1', 1.25);
INSERT INTO respondents VALUES (2, 10, 'cedar-hill-0', 'cedar', 'cedar / hill', 'cedar-hill-0', 2.75);
INSERT INTO respondents VALUES (2, 11, 'cedar-hill-1', 'cedar', 'cedar / hill', 'cedar-hill-1', 2.75);
INSERT INTO respondents VALUES (2, 12, 'dill-quay-0', 'dill', 'dill / quay', 'dill-quay-0', 2.25);
INSERT INTO respondents VALUES (2, 13, 'dill-quay-1', 'dill', 'dill / quay', 'dill-quay-1', 2.75);
INSERT INTO respondents VALUES (2, 14, 'dill-hill-0', 'dill', 'dill / hill', 'dill-hill-0', 2.75);
INSERT INTO respondents VALUES (2, 15, 'dill-hill-1', 'dill', 'dill / hill', 'dill-hill-1', 1.25);
INSERT INTO respondents VALUES (2, 16, 'elder-quay-0', 'elder', 'elder / quay', 'elder-quay-0', 2.75);
INSERT INTO respondents VALUES (2, 17, 'elder-quay-1', 'elder', 'elder / quay', 'elder-quay-1', 2.75);
INSERT INTO respondents VALUES (2, 18, 'elder-hill-0', 'elder', 'elder / hill', 'elder-hill-0', 2);
INSERT INTO respondents VALUES (2, 19, 'elder-hill-1', 'elder', 'elder / hill', 'elder-hill-1', 2.75);
INSERT INTO respondents VALUES (3, 0, 'ash-quay-0', 'ash', 'ash / quay', 'ash-quay-0', 2.5);
INSERT INTO respondents VALUES (3, 1, 'ash-quay-1', 'ash', 'ash / quay', 'ash-quay-1', 2.75);
INSERT INTO respondents VALUES (3, 2, 'ash-hill-0', 'ash', 'ash / hill', 'ash-hill-0', 2.5);
INSERT INTO respondents VALUES (3, 3, 'ash-hill-1', 'ash', 'ash / hill', 'ash-hill-1', 1.75);
INSERT INTO respondents VALUES (3, 4, 'birch-quay-0', 'birch', 'birch / quay', 'birch-quay-0', 2.25);
INSERT INTO respondents VALUES (3, 5, 'birch-quay-1', 'birch', 'birch / quay', 'birch-quay-1', 2);
INSERT INTO respondents VALUES (3, 6, 'birch-hill-0', 'birch', 'birch / hill', 'birch-hill-0', 1.5);
INSERT INTO respondents VALUES (3, 7, 'birch-hill-1', 'birch', 'birch / hill', 'birch-hill-1', 3);
INSERT INTO respondents VALUES (3, 8, 'cedar-quay-0', 'cedar', 'cedar / quay', 'cedar-quay-0', 1.75);
INSERT INTO respondents VALUES (3, 9, 'cedar-quay-1', 'cedar', 'cedar / quay', 'cedar-quay-1', 2);
INSERT INTO respondents VALUES (3, 10, 'cedar-hill-0', 'cedar', 'cedar / hill', 'cedar-hill-0', 2.75);
INSERT INTO respondents VALUES (3, 11, 'cedar-hill-1', 'cedar', 'cedar / hill', 'cedar-hill-1', 2.75);
INSERT INTO respondents VALUES (3, 12, 'dill-quay-0', 'dill', 'dill / quay', 'dill-quay-0', 2.5);
INSERT INTO respondents VALUES (3, 13, 'dill-quay-1', 'dill', 'dill / quay', 'dill-quay-1', 2.5);
INSERT INTO respondents VALUES (3, 14, 'dill-hill-0', 'dill', 'dill / hill', 'dill-hill-0', 3);
INSERT INTO respondents VALUES (3, 15, 'dill-hill-1', 'dill', 'dill / hill', 'dill-hill-1', 1.75);
INSERT INTO respondents VALUES (3, 16, 'elder-quay-0', 'elder', 'elder / quay', 'elder-quay-0', 1.75);
INSERT INTO respondents VALUES (3, 17, 'elder-quay-1', 'elder', 'elder / quay', 'elder-quay-1', 2.5);
INSERT INTO respondents VALUES (3, 18, 'elder-hill-0', 'elder', 'elder / hill', 'elder-hill-0', 2.25);
INSERT INTO respondents VALUES (3, 19, 'elder-hill-1', 'elder', 'elder / hill', 'elder-hill-1', 3);
INSERT INTO responses VALUES (1, 0, 'ash-quay-0', 'noise', 'never');
INSERT INTO responses VALUES (1, 1, 'ash-quay-1', 'noise', 'often');
INSERT INTO responses VALUES (1, 2, 'ash-hill-0', 'noise', 'never');
INSERT INTO responses VALUES (1, 3, 'ash-hill-1', 'noise', 'rarely');
INSERT INTO responses VALUES (1, 4, 'birch-quay-0', 'noise', 'often');
INSERT INTO responses VALUES (1, 5, 'birch-quay-1', 'noise', 'rarely');
INSERT INTO responses VALUES (1, 6, 'birch-hill-0', 'noise', 'often');
INSERT INTO responses VALUES (1, 7, 'birch-hill-1', 'noise', 'never');
INSERT INTO responses VALUES (1, 8, 'cedar-quay-0', 'noise', 'rarely');
INSERT INTO responses VALUES (1, 9, 'cedar-quay-1', 'noise', 'never');
INSERT INTO responses VALUES (1, 10, 'cedar-hill-0', 'noise', 'never');
INSERT INTO responses VALUES (1, 11, 'cedar-hill-1', 'noise', 'rarely');
INSERT INTO responses VALUES (1, 12, 'dill-quay-0', 'noise', 'never');
INSERT INTO responses VALUES (1, 13, 'dill-quay-1', 'noise', 'rarely');
INSERT INTO responses VALUES (1, 14, 'dill-hill-0', 'noise', 'rarely');
INSERT INTO responses VALUES (1, 15, 'dill-hill-1', 'noise', 'never');
INSERT INTO responses VALUES (1, 16, 'elder-quay-0', 'noise', 'never');
INSERT INTO responses VALUES (1, 17, 'elder-quay-1', 'noise', 'often');
INSERT INTO responses VALUES (1, 18, 'elder-hill-0', 'noise', 'rarely');
INSERT INTO responses VALUES (1, 19, 'elder-hill-1', 'noise', 'refused');
INSERT INTO responses VALUES (1, 20, 'ash-quay-0', 'pier', 'fair');
INSERT INTO responses VALUES (1, 21, 'ash-quay-1', 'pier', 'poor');
INSERT INTO responses VALUES (1, 22, 'ash-hill-0', 'pier', 'poor');
INSERT INTO responses VALUES (1, 23, 'ash-hill-1', 'pier', 'fair');
INSERT INTO responses VALUES (1, 24, 'birch-quay-0', 'pier', 'none here');
INSERT INTO responses VALUES (1, 25, 'birch-quay-1', 'pier', 'none here');
INSERT INTO responses VALUES (1, 26, 'birch-hill-0', 'pier', 'fair');
INSERT INTO responses VALUES (1, 27, 'birch-hill-1', 'pier', 'good');
INSERT INTO responses VALUES (1, 28, 'cedar-quay-0', 'pier', 'poor');
INSERT INTO responses VALUES (1, 29, 'cedar-quay-1', 'pier', 'good');
INSERT INTO responses VALUES (1, 30, 'cedar-hill-0', 'pier', 'poor');
INSERT INTO responses VALUES (1, 31, 'cedar-hill-1', 'pier', 'fair');
INSERT INTO responses VALUES (1, 32, 'dill-quay-0', 'pier', 'none here');
INSERT INTO responses VALUES (1, 33, 'dill-quay-1', 'pier', 'none here');
INSERT INTO responses VALUES (1, 34, 'dill-hill-0', 'pier', 'fair');
INSERT INTO responses VALUES (1, 35, 'dill-hill-1', 'pier', 'good');
INSERT INTO responses VALUES (1, 36, 'elder-quay-0', 'pier', 'poor');
INSERT INTO responses VALUES (1, 37, 'elder-quay-1', 'pier', 'fair');
INSERT INTO responses VALUES (1, 38, 'elder-hill-0', 'pier', 'good');
INSERT INTO responses VALUES (1, 39, 'elder-hill-1', 'pier', 'fair');
INSERT INTO responses VALUES (1, 40, 'ash-quay-0', 'market', 'fair');
INSERT INTO responses VALUES (1, 41, 'ash-quay-1', 'market', 'poor');
INSERT INTO responses VALUES (1, 42, 'ash-hill-0', 'market', 'fair');
INSERT INTO responses VALUES (1, 43, 'ash-hill-1', 'market', 'fair');
INSERT INTO responses VALUES (1, 44, 'birch-quay-0', 'market', 'fair');
INSERT INTO responses VALUES (1, 45, 'birch-quay-1', 'market', 'fair');
INSERT INTO responses VALUES (1, 46, 'birch-hill-0', 'market', 'fair');
INSERT INTO responses VALUES (1, 47, 'birch-hill-1', 'market', 'good');
INSERT INTO responses VALUES (1, 48, 'cedar-quay-0', 'market', 'good');
INSERT INTO responses VALUES (1, 49, 'cedar-quay-1', 'market', 'good');
INSERT INTO responses VALUES (1, 50, 'cedar-hill-0', 'market', 'poor');
INSERT INTO responses VALUES (1, 51, 'cedar-hill-1', 'market', 'good');
INSERT INTO responses VALUES (1, 52, 'dill-quay-0', 'market', 'poor');
INSERT INTO responses VALUES (1, 53, 'dill-quay-1', 'market', 'fair');
INSERT INTO responses VALUES (1, 54, 'dill-hill-0', 'market', 'good');
INSERT INTO responses VALUES (1, 55, 'dill-hill-1', 'market', 'poor');
INSERT INTO responses VALUES (1, 56, 'elder-quay-0', 'market', 'good');
INSERT INTO responses VALUES (1, 57, 'elder-quay-1', 'market', 'fair');
INSERT INTO responses VALUES (1, 58, 'elder-hill-0', 'market', 'good');
INSERT INTO responses VALUES (1, 59, 'elder-hill-1', 'market', 'poor');
INSERT INTO responses VALUES (2, 0, 'ash-quay-0', 'noise', 'rarely');
INSERT INTO responses VALUES (2, 1, 'ash-quay-1', 'noise', 'rarely');
INSERT INTO responses VALUES (2, 2, 'ash-hill-0', 'noise', 'refused');
INSERT INTO responses VALUES (2, 3, 'ash-hill-1', 'noise', 'often');
INSERT INTO responses VALUES (2, 4, 'birch-quay-0', 'noise', 'often');
INSERT INTO responses VALUES (2, 5, 'birch-quay-1', 'noise', 'never');
INSERT INTO responses VALUES (2, 6, 'birch-hill-0', 'noise', 'never');
INSERT INTO responses VALUES (2, 7, 'birch-hill-1', 'noise', 'rarely');
INSERT INTO responses VALUES (2, 8, 'cedar-quay-0', 'noise', 'often');
INSERT INTO responses VALUES (2, 9, 'cedar-quay-1', 'noise', 'often');
INSERT INTO responses VALUES (2, 10, 'cedar-hill-0', 'noise', 'rarely');
INSERT INTO responses VALUES (2, 11, 'cedar-hill-1', 'noise', 'rarely');
INSERT INTO responses VALUES (2, 12, 'dill-quay-0', 'noise', 'often');
INSERT INTO responses VALUES (2, 13, 'dill-quay-1', 'noise', 'rarely');
INSERT INTO responses VALUES (2, 14, 'dill-hill-0', 'noise', 'never');
INSERT INTO responses VALUES (2, 15, 'dill-hill-1', 'noise', 'never');
INSERT INTO responses VALUES (2, 16, 'elder-quay-0', 'noise', 'rarely');
INSERT INTO responses VALUES (2, 17, 'elder-quay-1', 'noise', 'never');
INSERT INTO responses VALUES (2, 18, 'elder-hill-0', 'noise', 'never');
INSERT INTO responses VALUES (2, 19, 'elder-hill-1', 'noise', 'never');
INSERT INTO responses VALUES (2, 20, 'ash-quay-0', 'pier', 'fair');
INSERT INTO responses VALUES (2, 21, 'ash-quay-1', 'pier', 'good');
INSERT INTO responses VALUES (2, 22, 'ash-hill-0', 'pier', 'good');
INSERT INTO responses VALUES (2, 23, 'ash-hill-1', 'pier', 'fair');
INSERT INTO responses VALUES (2, 24, 'birch-quay-0', 'pier', 'fair');
INSERT INTO responses VALUES (2, 25, 'birch-quay-1', 'pier', 'good');
INSERT INTO responses VALUES (2, 26, 'birch-hill-0', 'pier', 'good');
INSERT INTO responses VALUES (2, 27, 'birch-hill-1', 'pier', 'good');
INSERT INTO responses VALUES (2, 28, 'cedar-quay-0', 'pier', 'poor');
INSERT INTO responses VALUES (2, 29, 'cedar-quay-1', 'pier', 'good');
INSERT INTO responses VALUES (2, 30, 'cedar-hill-0', 'pier', 'poor');
INSERT INTO responses VALUES (2, 31, 'cedar-hill-1', 'pier', 'none here');
INSERT INTO responses VALUES (2, 32, 'dill-quay-0', 'pier', 'poor');
INSERT INTO responses VALUES (2, 33, 'dill-quay-1', 'pier', 'fair');
INSERT INTO responses VALUES (2, 34, 'dill-hill-0', 'pier', 'good');
INSERT INTO responses VALUES (2, 35, 'dill-hill-1', 'pier', 'none here');
INSERT INTO responses VALUES (2, 36, 'elder-quay-0', 'pier', 'fair');
INSERT INTO responses VALUES (2, 37, 'elder-quay-1', 'pier', 'good');
INSERT INTO responses VALUES (2, 38, 'elder-hill-0', 'pier', 'none here');
INSERT INTO responses VALUES (2, 39, 'elder-hill-1', 'pier', 'none here');
INSERT INTO responses VALUES (2, 40, 'ash-quay-0', 'market', 'fair');
INSERT INTO responses VALUES (2, 41, 'ash-quay-1', 'market', 'poor');
INSERT INTO responses VALUES (2, 42, 'ash-hill-0', 'market', 'fair');
INSERT INTO responses VALUES (2, 43, 'ash-hill-1', 'market', 'poor');
INSERT INTO responses VALUES (2, 44, 'birch-quay-0', 'market', 'good');
INSERT INTO responses VALUES (2, 45, 'birch-quay-1', 'market', 'poor');
INSERT INTO responses VALUES (2, 46, 'birch-hill-0', 'market', 'fair');
INSERT INTO responses VALUES (2, 47, 'birch-hill-1', 'market', 'fair');
INSERT INTO responses VALUES (2, 48, 'cedar-quay-0', 'market', 'poor');
INSERT INTO responses VALUES (2, 49, 'cedar-quay-1', 'market', 'poor');
INSERT INTO responses VALUES (2, 50, 'cedar-hill-0', 'market', 'good');
INSERT INTO responses VALUES (2, 51, 'cedar-hill-1', 'market', 'good');
INSERT INTO responses VALUES (2, 52, 'dill-quay-0', 'market', 'poor');
INSERT INTO responses VALUES (2, 53, 'dill-quay-1', 'market', 'poor');
INSERT INTO responses VALUES (2, 54, 'dill-hill-0', 'market', 'good');
INSERT INTO responses VALUES (2, 55, 'dill-hill-1', 'market', 'good');
INSERT INTO responses VALUES (2, 56, 'elder-quay-0', 'market', 'fair');
INSERT INTO responses VALUES (2, 57, 'elder-quay-1', 'market', 'fair');
INSERT INTO responses VALUES (2, 58, 'elder-hill-0', 'market', 'good');
INSERT INTO responses VALUES (2, 59, 'elder-hill-1', 'market', 'poor');
INSERT INTO responses VALUES (3, 0, 'ash-quay-0', 'noise', 'often');
INSERT INTO responses VALUES (3, 1, 'ash-quay-1', 'noise', 'often');
INSERT INTO responses VALUES (3, 2, 'ash-hill-0', 'noise', 'never');
INSERT INTO responses VALUES (3, 3, 'ash-hill-1', 'noise', 'rarely');
INSERT INTO responses VALUES (3, 4, 'birch-quay-0', 'noise', 'often');
INSERT INTO responses VALUES (3, 5, 'birch-quay-1', 'noise', 'rarely');
INSERT INTO responses VALUES (3, 6, 'birch-hill-0', 'noise', 'often');
INSERT INTO responses VALUES (3, 7, 'birch-hill-1', 'noise', 'never');
INSERT INTO responses VALUES (3, 8, 'cedar-quay-0', 'noise', 'rarely');
INSERT INTO responses VALUES (3, 9, 'cedar-quay-1', 'noise', 'never');
INSERT INTO responses VALUES (3, 10, 'cedar-hill-0', 'noise', 'never');
INSERT INTO responses VALUES (3, 11, 'cedar-hill-1', 'noise', 'rarely');
INSERT INTO responses VALUES (3, 12, 'dill-quay-0', 'noise', 'never');
INSERT INTO responses VALUES (3, 13, 'dill-quay-1', 'noise', 'rarely');
INSERT INTO responses VALUES (3, 14, 'dill-hill-0', 'noise', 'rarely');
INSERT INTO responses VALUES (3, 15, 'dill-hill-1', 'noise', 'never');
INSERT INTO responses VALUES (3, 16, 'elder-quay-0', 'noise', 'never');
INSERT INTO responses VALUES (3, 17, 'elder-quay-1', 'noise', 'often');
INSERT INTO responses VALUES (3, 18, 'elder-hill-0', 'noise', 'rarely');
INSERT INTO responses VALUES (3, 19, 'elder-hill-1', 'noise', 'refused');
INSERT INTO responses VALUES (3, 20, 'ash-quay-0', 'pier', 'fair');
INSERT INTO responses VALUES (3, 21, 'ash-quay-1', 'pier', 'poor');
INSERT INTO responses VALUES (3, 22, 'ash-hill-0', 'pier', 'poor');
INSERT INTO responses VALUES (3, 23, 'ash-hill-1', 'pier', 'fair');
INSERT INTO responses VALUES (3, 24, 'birch-quay-0', 'pier', 'none here');
INSERT INTO responses VALUES (3, 25, 'birch-quay-1', 'pier', 'none here');
INSERT INTO responses VALUES (3, 26, 'birch-hill-0', 'pier', 'fair');
INSERT INTO responses VALUES (3, 27, 'birch-hill-1', 'pier', 'good');
INSERT INTO responses VALUES (3, 28, 'cedar-quay-0', 'pier', 'poor');
INSERT INTO responses VALUES (3, 29, 'cedar-quay-1', 'pier', 'good');
INSERT INTO responses VALUES (3, 30, 'cedar-hill-0', 'pier', 'poor');
INSERT INTO responses VALUES (3, 31, 'cedar-hill-1', 'pier', 'fair');
INSERT INTO responses VALUES (3, 32, 'dill-quay-0', 'pier', 'none here');
INSERT INTO responses VALUES (3, 33, 'dill-quay-1', 'pier', 'none here');
INSERT INTO responses VALUES (3, 34, 'dill-hill-0', 'pier', 'fair');
INSERT INTO responses VALUES (3, 35, 'dill-hill-1', 'pier', 'good');
INSERT INTO responses VALUES (3, 36, 'elder-quay-0', 'pier', 'poor');
INSERT INTO responses VALUES (3, 37, 'elder-quay-1', 'pier', 'fair');
INSERT INTO responses VALUES (3, 38, 'elder-hill-0', 'pier', 'good');
INSERT INTO responses VALUES (3, 39, 'elder-hill-1', 'pier', 'fair');
INSERT INTO responses VALUES (3, 40, 'ash-quay-0', 'market', 'fair');
INSERT INTO responses VALUES (3, 41, 'ash-quay-1', 'market', 'poor');
INSERT INTO responses VALUES (3, 42, 'ash-hill-0', 'market', 'fair');
INSERT INTO responses VALUES (3, 43, 'ash-hill-1', 'market', 'fair');
INSERT INTO responses VALUES (3, 44, 'birch-quay-0', 'market', 'fair');
INSERT INTO responses VALUES (3, 45, 'birch-quay-1', 'market', 'fair');
INSERT INTO responses VALUES (3, 46, 'birch-hill-0', 'market', 'fair');
INSERT INTO responses VALUES (3, 47, 'birch-hill-1', 'market', 'good');
INSERT INTO responses VALUES (3, 48, 'cedar-quay-0', 'market', 'good');
INSERT INTO responses VALUES (3, 49, 'cedar-quay-1', 'market', 'good');
INSERT INTO responses VALUES (3, 50, 'cedar-hill-0', 'market', 'poor');
INSERT INTO responses VALUES (3, 51, 'cedar-hill-1', 'market', 'good');
INSERT INTO responses VALUES (3, 52, 'dill-quay-0', 'market', 'poor');
INSERT INTO responses VALUES (3, 53, 'dill-quay-1', 'market', 'fair');
INSERT INTO responses VALUES (3, 54, 'dill-hill-0', 'market', 'good');
INSERT INTO responses VALUES (3, 55, 'dill-hill-1', 'market', 'poor');
INSERT INTO responses VALUES (3, 56, 'elder-quay-0', 'market', 'good');
INSERT INTO responses VALUES (3, 57, 'elder-quay-1', 'market', 'fair');
INSERT INTO responses VALUES (3, 58, 'elder-hill-0', 'market', 'good');
INSERT INTO responses VALUES (3, 59, 'elder-hill-1', 'market', 'poor');
INSERT INTO run_inputs VALUES (2, 'programme', 1);
INSERT INTO run_inputs VALUES (3, 'programme', 1);
INSERT INTO run_inputs VALUES (4, 'programme', 1);
INSERT INTO run_inputs VALUES (4, 'wave', 1);
INSERT INTO run_inputs VALUES (5, 'programme', 1);
INSERT INTO run_inputs VALUES (5, 'wave', 2);
INSERT INTO run_inputs VALUES (6, 'programme', 1);
INSERT INTO run_inputs VALUES (6, 'wave', 1);
INSERT INTO run_inputs VALUES (6, 'wave', 2);
INSERT INTO run_inputs VALUES (7, 'programme', 1);
INSERT INTO runs VALUES (1, 'import-programme', '{"file": "harbours.toml"}', '', '0.1.0+fc243a047870', '2026-11-22 06:48:16.612444+00', 'ann');
INSERT INTO runs VALUES (2, 'import-wave', '{"programme": "harbours", "wave": "2024-05", "file": "2024-05.csv"}', '', '0.1.0+fc243a047870', '2026-11-22 06:48:16.667906+00', 'ann');
INSERT INTO runs VALUES (3, 'import-wave', '{"programme": "harbours", "wave": "2024-06", "file": "2024-06.csv"}', '', '0.1.0+fc243a047870', '2026-11-22 06:48:16.745934+00', 'ann');
INSERT INTO runs VALUES (4, 'estimate', '{"programme": "harbours", "wave": "2024-05"}', 'rankshift', '0.1.0+fc243a047870', '2026-11-22 06:48:17.06819+00', 'ann');
INSERT INTO runs VALUES (5, 'estimate', '{"programme": "harbours", "wave": "2024-06"}', 'rankshift', '0.1.0+fc243a047870', '2026-11-22 06:48:17.375514+00', 'ann');
INSERT INTO runs VALUES (6, 'compare', '{"programme": "harbours", "before": "2024-05", "after": "2024-06"}', 'rankshift', '0.1.0+fc243a047870', '2026-11-22 06:48:18.622121+00', 'ann');
INSERT INTO runs VALUES (7, 'import-wave', '{"programme": "harbours", "wave": "2024-05", "file": "2024-05.csv"}', '', '0.1.0+fc243a047870', '2026-11-22 06:48:18.698443+00', 'ann');
INSERT INTO verdicts VALUES (4, 'disturbed', 'quiet', 'cedar', true, 'undecided', 1, 1, 3, 1, 0.9);
INSERT INTO verdicts VALUES (4, 'disturbed', 'quiet', 'ash', true, 'undecided', 2, 1, 3, 1, 0.9);
INSERT INTO verdicts VALUES (4, 'disturbed', 'quiet', 'birch', false, 'undecided', 3, 1, 3, 1, 0.9);
INSERT INTO verdicts VALUES (4, 'disturbed', 'quiet', 'dill', true, 'undecided', 1, 1, 2, 1, 0.9);
INSERT INTO verdicts VALUES (4, 'disturbed', 'quiet', 'elder', false, 'undecided', 2, 1, 2, 1, 0.9);
INSERT INTO verdicts VALUES (4, 'upkeep', 'kept', 'cedar', true, 'undecided', 53.37837837837838, 1.5640530497262735, 98.80240691609487, 50, 0.95);
INSERT INTO verdicts VALUES (4, 'upkeep', 'kept', 'ash', false, 'undecided', 28.94736842105263, 1.8232228614351005, 89.93733199234714, 50, 0.95);
INSERT INTO verdicts VALUES (4, 'upkeep', 'kept', 'birch', true, 'undecided', 67.14285714285714, 11.332198478665216, 97.03028020615889, 50, 0.95);
INSERT INTO verdicts VALUES (4, 'upkeep', 'kept', 'dill', false, 'undecided', 44.87179487179487, 5.380730552995035, 92.09505607898085, 50, 0.95);
INSERT INTO verdicts VALUES (4, 'upkeep', 'kept', 'elder', true, 'undecided', 53.94736842105263, 3.508381748396157, 97.41876093142689, 50, 0.95);
INSERT INTO verdicts VALUES (5, 'disturbed', 'quiet', 'cedar', false, 'undecided', 3, 1, 3, 1, 0.9);
INSERT INTO verdicts VALUES (5, 'disturbed', 'quiet', 'ash', true, 'undecided', 2, 1, 3, 1, 0.9);
INSERT INTO verdicts VALUES (5, 'disturbed', 'quiet', 'birch', true, 'undecided', 1, 1, 3, 1, 0.9);
INSERT INTO verdicts VALUES (5, 'disturbed', 'quiet', 'dill', false, 'undecided', 2, 1, 2, 1, 0.9);
INSERT INTO verdicts VALUES (5, 'disturbed', 'quiet', 'elder', true, 'undecided', 1, 1, 2, 1, 0.9);
INSERT INTO verdicts VALUES (5, 'upkeep', 'kept', 'cedar', true, 'undecided', 50, 2.866987754591586, 97.13301224540841, 50, 0.95);
INSERT INTO verdicts VALUES (5, 'upkeep', 'kept', 'ash', true, 'undecided', 52.205882352941174, 11.571028686238261, 90.11689041972396, 50, 0.95);
INSERT INTO verdicts VALUES (5, 'upkeep', 'kept', 'birch', true, 'undecided', 66.93548387096774, 34.30207975104848, 99.568887990887, 50, 0.95);
INSERT INTO verdicts VALUES (5, 'upkeep', 'kept', 'dill', true, 'undecided', 52.083333333333336, 12.113447016326703, 92.05321965033997, 50, 0.95);
INSERT INTO verdicts VALUES (5, 'upkeep', 'kept', 'elder', true, 'undecided', 53.048780487804876, 1.659425897851991, 98.69543674254679, 50, 0.95);
INSERT INTO waves VALUES (1, 'harbours', '2024-05', 1, '766f56a0a56652c059d2bc9e03065ea57a92b9c54831fb37230f64336dd64403', '2024-05.csv', '0e60a843d527d2f8e299c21734b60e01b2b4d5975940759b6fbba2726c94c913', 20, 2);
INSERT INTO waves VALUES (2, 'harbours', '2024-06', 1, '5397aad8c7acfc0e33d306c99316b2f13195174bca07daaeb118d2a8eb459505', '2024-06.csv', 'd317729eef596bf459b3fa312db42d4aa516d1829642527149102591f12640a3', 20, 3);
INSERT INTO waves VALUES (3, 'harbours', '2024-05', 2, 'e26eab77c3575586e3f0ab4ec65a80723a7e8ae19965101cbd031bfefe82d4c7', '2024-05.csv', 'dd6c8d0a85389d6a6d8ff17690ca7bfeabfd285456531e61ce6c62583533957a', 20, 7);
SELECT pg_catalog.setval('about_schema_seq', 1, false);
SELECT pg_catalog.setval('imports_import_id_seq', 5, true);
SELECT pg_catalog.setval('programmes_version_id_seq', 1, true);
SELECT pg_catalog.setval('runs_run_id_seq', 7, true);
SELECT pg_catalog.setval('waves_version_id_seq', 3, true);
ALTER TABLE ONLY about
    ADD CONSTRAINT about_pkey PRIMARY KEY (schema);
ALTER TABLE ONLY changes
    ADD CONSTRAINT changes_pkey PRIMARY KEY (run_id, measure, area);
ALTER TABLE ONLY covariances
    ADD CONSTRAINT covariances_pkey PRIMARY KEY (run_id, measure, domain, other);
ALTER TABLE ONLY estimates
    ADD CONSTRAINT estimates_pkey PRIMARY KEY (run_id, measure, domain);
ALTER TABLE ONLY imports
    ADD CONSTRAINT imports_pkey PRIMARY KEY (import_id);
ALTER TABLE ONLY programmes
    ADD CONSTRAINT programmes_pkey PRIMARY KEY (version_id);
ALTER TABLE ONLY programmes
    ADD CONSTRAINT programmes_programme_version_key UNIQUE (programme, version);
ALTER TABLE ONLY ranks
    ADD CONSTRAINT ranks_pkey PRIMARY KEY (run_id, measure, family, area);
ALTER TABLE ONLY respondents
    ADD CONSTRAINT respondents_pkey PRIMARY KEY (version_id, unit_id);
ALTER TABLE ONLY responses
    ADD CONSTRAINT responses_pkey PRIMARY KEY (version_id, unit_id, item);
ALTER TABLE ONLY run_inputs
    ADD CONSTRAINT run_inputs_pkey PRIMARY KEY (run_id, kind, version_id);
ALTER TABLE ONLY runs
    ADD CONSTRAINT runs_pkey PRIMARY KEY (run_id);
ALTER TABLE ONLY verdicts
    ADD CONSTRAINT verdicts_pkey PRIMARY KEY (run_id, measure, rule, area);
ALTER TABLE ONLY waves
    ADD CONSTRAINT waves_pkey PRIMARY KEY (version_id);
ALTER TABLE ONLY waves
    ADD CONSTRAINT waves_programme_wave_version_key UNIQUE (programme, wave, version);
ALTER TABLE ONLY changes
    ADD CONSTRAINT changes_run_id_fkey FOREIGN KEY (run_id) REFERENCES runs(run_id);
ALTER TABLE ONLY covariances
    ADD CONSTRAINT covariances_run_id_fkey FOREIGN KEY (run_id) REFERENCES runs(run_id);
ALTER TABLE ONLY estimates
    ADD CONSTRAINT estimates_run_id_fkey FOREIGN KEY (run_id) REFERENCES runs(run_id);
ALTER TABLE ONLY programmes
    ADD CONSTRAINT programmes_run_id_fkey FOREIGN KEY (run_id) REFERENCES runs(run_id);
ALTER TABLE ONLY ranks
    ADD CONSTRAINT ranks_run_id_fkey FOREIGN KEY (run_id) REFERENCES runs(run_id);
ALTER TABLE ONLY respondents
    ADD CONSTRAINT respondents_version_id_fkey FOREIGN KEY (version_id) REFERENCES waves(version_id);
ALTER TABLE ONLY responses
    ADD CONSTRAINT responses_version_id_fkey FOREIGN KEY (version_id) REFERENCES waves(version_id);
ALTER TABLE ONLY run_inputs
    ADD CONSTRAINT run_inputs_run_id_fkey FOREIGN KEY (run_id) REFERENCES runs(run_id);
ALTER TABLE ONLY verdicts
    ADD CONSTRAINT verdicts_run_id_fkey FOREIGN KEY (run_id) REFERENCES runs(run_id);
ALTER TABLE ONLY waves
    ADD CONSTRAINT waves_run_id_fkey FOREIGN KEY (run_id) REFERENCES runs(run_id);
