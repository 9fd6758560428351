"""R's survey package, call by call: every case in tests/golden is a call R ran, which is read here and made with ours.

To 1e-8 of R, except the likelihood interval (1e-5: R interpolates a spline of the profile) and the cases in LISTED.
"""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from r_calls import GOLDEN, call, column, columns, table, terms, vector
from r_weights import calibrated, replicates
from scipy import stats

from estimation import (
    Design,
    contrast,
    design_effect,
    domain_means,
    domain_ratios,
    domain_totals,
    independence_test,
    mean,
    mean_difference,
    population_variance,
    proportion_interval,
    quantile,
    rank_test,
    ratio,
    regression,
    replicate_domain_means,
    replicate_mean,
    replicate_ratio,
    replicate_total,
    replicated,
    t_test,
    total,
    transform,
)
from estimation.estimators.estimates import t_quantile
from words import Fault

CASES = {
    f"{file.stem.removeprefix('shared_')}/{case['id']}": case
    for file in sorted(GOLDEN.glob("shared_*.json"))
    if file.stem != "shared_sampling"  # tests/sampling has those
    for case in json.loads(file.read_text("utf-8"))["cases"]
}
# R numbers deliberately not compared, by place and count; the reasons stand beside the code that leaves them out.
NOT_MATCHED = {
    "lonely/phoneA_by_area_domainlonely_adjust.se": 2,
    "lonely/phoneA_by_area_domainlonely_adjust.ci_t": 4,
    "lonely/phoneA_by_area_domainlonely_average.se": 2,
    "lonely/phoneA_by_area_domainlonely_average.ci_t": 4,
    "phone/A_ciprop_victim_by_area_logit.coef": 2,
    "phone/A_ciprop_victim_by_area_logit.ci_t": 4,
    "phone/A_ciprop_victim_by_area_logit.ci_l": 1,
    "phone/A_ciprop_victim_by_area_logit.ci_u": 1,
    "phone/A_ciprop_victim_by_area_asin.ci_l": 3,
}
METHODS = {"mean": "wald", "beta": "korn_graubard", "asin": "arcsine"}
STATISTICS = {"F": "F", "Chisq": "chi_square", "adjWald": "adjusted_wald"}


class Run:
    """One case: its data, its design, and the estimate its R call asks for."""

    def __init__(self, case):
        plan, options = case["design"], case["options"] or {}
        self.case, self.degf = case, case["result"].get("degf")
        self.data = table(plan["data"])
        if plan.get("rows"):
            self.data = self.data.query(plan["rows"]).reset_index(drop=True)
        psu, *second = (plan.get("ids") or "").split("+")
        fpc, *second_fpc = (plan.get("fpc") or "").split("+")
        two = second and second_fpc and not options.get("survey.ultimate.cluster")
        self.design = Design.from_table(
            self.data.assign(**self.both_stages(second, fpc, second_fpc)),
            weight=plan.get("weights", plan.get("probs", "both_stages" if second and not two else None)),
            stratum=plan.get("strata"),
            psu=psu or None,
            population=fpc or None,
            nest=plan.get("nest", False),
            lonely=options.get("survey.lonely.psu", "error"),
            second_stage=second[0] if two else None,
            second_population=second_fpc[0] if two else None,
        )
        self.replicates = None
        if "svrepdesign" in (case["prep"] or ""):
            self.replicates = replicates(self.design, self.data, case)
            self.design = self.replicates.design
        elif case["prep"]:
            self.design = calibrated(self.design, self.data, case["prep"])

    def both_stages(self, second, fpc, second_fpc):
        """R's weight without a weight column, N/n M_j/m_j: kept when R is told to use ultimate clusters."""
        if not second:
            return {}
        psu = self.data.groupby(self.case["design"]["ids"].split("+")[0])[second[0]]
        return {"both_stages": self.data[fpc] / psu.ngroups * self.data[second_fpc[0]] / psu.transform("nunique")}

    def inside(self, design_argument: str):
        """Rows of the domain if the call's design is subset(d, condition)."""
        if not design_argument.startswith("subset("):
            return pd.Series(True, self.data.index)
        return column(call(design_argument)[1][1], self.data) == 1

    def run(self) -> dict:
        head, positional, named = call(self.case["r"])
        return getattr(self, head)(*positional, **{name.replace(".", "_"): value for name, value in named.items()})

    def compared(self, found, **more) -> dict:
        """What R's result of an estimate holds, from ours, with R's one df for all."""
        wide = replace(found, df=self.degf)
        limits, normal = wide.interval(0.95), replace(found, df=np.inf).interval(0.95)
        return {
            "coef": found.value,
            "se": found.se,
            "vcov": found.covariance,
            "ci_t": np.column_stack(limits[:2]),
            "ci_norm": np.column_stack(normal[:2]),
            "degf": self.design.df,
            "weights": self.design.weight,
            **(self.of_replicates() if self.replicates else {}),
            **more,
        }

    def of_replicates(self) -> dict:
        """What R says of the replicates, from ours: scale matters as a product with rscales, their order does not."""
        made, golden = self.replicates, self.case["result"]
        times = np.empty(made.count)
        times[np.argsort(golden["rscales"], kind="stable")] = np.sort(made.scale * made.rscales / golden["scale"])
        found = {"scale": golden["scale"], "rscales": times, "n_rep": made.count, "mse": made.mse, "degf": made.df}
        if "repw_file" in golden and "raked" not in self.case["id"]:
            expected = table(golden["repw_file"].removeprefix("shared_").removesuffix(".csv")).to_numpy()
            ours, theirs = (w[:, np.lexsort(w.round(6))] for w in (made.weights, expected))
            np.testing.assert_allclose(ours, theirs, rtol=1e-12)
        return found

    def svymean(self, formula, d, deff=None, na_rm=None) -> dict:
        y = self.listwise(columns(formula, self.data)).where(self.inside(d), axis=0)
        if self.replicates:
            return self.compared(replicate_mean(y, self.replicates))
        found = mean(y, self.design)
        return self.compared(found, degf_domain=found.df[0], **self.deff(found, y, deff, "mean"))

    def svytotal(self, formula, d, deff=None) -> dict:
        y = columns(formula, self.data).where(self.inside(d), 0.0, axis=0)
        if self.replicates:
            return self.compared(replicate_total(y, self.replicates))
        found = total(y, self.design)
        return self.compared(found, **self.deff(found, y, deff, "total"))

    def deff(self, found, y, asked, of) -> dict:
        if asked is None:
            return {}
        reference = "wr" if "replace" in asked else "wor"
        return {"deff": design_effect(found, y, self.design, reference=reference, of=of)}

    def listwise(self, y: pd.DataFrame) -> pd.DataFrame:
        """R's na.rm with several variables: a row with any of them missing leaves all."""
        return y.where(y.notna().all(axis=1), axis=0)

    def svyvar(self, formula, d) -> dict:
        return self.compared(population_variance(columns(formula, self.data), self.design))

    def svyratio(self, over, under, d) -> dict:
        y, x = columns(over, self.data), columns(under, self.data)
        pairs = [(a, b) for b in x for a in y]
        over = pd.DataFrame({f"{a}/{b}": y[a] for a, b in pairs})
        if self.replicates:
            found = replicate_ratio(over, np.column_stack([x[b] for _, b in pairs]), self.replicates)
            return self.compared(found, names=list(found.names))
        found = ratio(over, np.column_stack([x[b] for _, b in pairs]), self.design)
        return self.compared(found, names=list(found.names))

    def svyby(self, formula, by, d, of, **named) -> dict:
        y, domain = columns(formula, self.data), self.domain(terms(by))
        if self.replicates:
            return self.compared(replicate_domain_means(y, domain, self.replicates))
        if of == "svyquantile":
            return self.quantile_by(y, domain, float(named["quantiles"]))
        if of == "svyciprop":
            return self.proportion_by(formula, domain, named["method"].strip("'"))
        if of == "svyratio":
            return self.compared(domain_ratios(y, columns(named["denominator"], self.data), domain, self.design))
        if of == "svytotal":
            return self.compared(domain_totals(y, domain, self.design))
        if formula.startswith("~I("):  # R takes a comparison as a factor: the mean of FALSE, then of TRUE
            y = pd.DataFrame({"FALSE": 1 - y.iloc[:, 0], "TRUE": y.iloc[:, 0]})
        found = domain_means(y, domain, self.design)
        if not named.get("deff"):
            return self.lonely_domains(self.compared(found), domain)
        return self.compared(found, deff=design_effect(found, y, self.design, reference="wor", domain=domain))

    def lonely_domains(self, found, domain) -> dict:
        """Where R's covariance of domains with lonely strata is not its own standard errors squared.

        "average": R raises every covariance by H/(H - lonely) of all strata, a standard error by those of its own
        domain only; ours is the latter throughout.  survey.adjust.domain.lonely: R's standard errors (not its
        covariance) also treat a stratum as lonely if the domain has one PSU in it, though others were sampled and
        count as zeros: outside the product, those few standard errors are not compared.
        """
        if self.design.lonely == "average":
            sampled = self.design.sampled
            found["vcov"] = found["vcov"] * len(sampled) / (sampled > 1).sum()
        if (self.case["options"] or {}).get("survey.adjust.domain.lonely") and self.design.lonely in (
            "adjust",
            "average",
        ):
            stratum = self.design.psu_stratum[self.design.psu]
            few = self.data.drop_duplicates("pid").groupby([*[domain[c] for c in domain], stratum]).size() == 1
            few &= self.design.sampled[few.index.get_level_values(-1)] > 1
            acts = few.groupby(level=[0, 1]).any().to_numpy()
            assert acts.sum() == 2
            found["se"], found["ci_t"] = (
                np.where(acts, np.nan, found["se"]),
                np.where(acts[:, None], np.nan, found["ci_t"]),
            )
        return found

    def domain(self, names) -> pd.DataFrame:
        """Domains in R's order, the first column running fastest: ours has the last run fastest, so turn them round."""
        return self.data[names[::-1]] if len(names) > 1 else self.data[names[0]]

    def svyciprop(self, formula, d, method, level="0.95", na_rm=None, df=None) -> dict:
        share = mean(columns(formula, self.data).set_axis(["share"], axis=1), self.design)
        wide = replace(share, df=float(df or self.degf))
        n = self.dispersion_size(formula) if "likelihood" in method else len(self.data)  # nrow, answered or not
        limits = self.limits(wide, n, method, float(level))
        interval = np.array([limits.lower[0], limits.upper[0]])
        return {"estimate": share.value, "var": share.variance, "se": share.se, "ci": interval, "degf": self.design.df}

    def dispersion_size(self, formula) -> float:
        """n whose n/(n-1) is R's dispersion Σ_answered (w/w̄)/(m-1), w̄ over all rows, m the answered ones."""
        answered = column(terms(formula)[0], self.data).notna()
        w = self.design.weight
        dispersion = w[answered].sum() / w.mean() / (answered.sum() - 1)
        return dispersion / (dispersion - 1)

    def limits(self, share, n, method, level):
        method = method.strip("'")
        return proportion_interval(share, n, method=METHODS.get(method, method), level=level)

    def proportion_by(self, formula, domain, method) -> dict:
        """By domain R's df are degf(subset): the domain's PSUs minus strata, whether or not they answered."""
        y = columns(formula, self.data).iloc[:, 0]
        found = domain_means(y, domain, self.design)
        everybody = domain_means(np.ones(len(y)), domain, self.design)
        share = replace(found, df=everybody.df[everybody.positions(found.names)])
        n = self.data.groupby(domain.name).size()[list(share.names)]
        limits = self.limits(share, n, method, 0.95)
        lower, upper, compared = limits.lower, limits.upper, self.compared(found)
        if method == "logit":  # at a share of 0 R's regression stops on its way, at 1e-12 or so
            stopped = share.value == 0
            compared["coef"], compared["ci_t"] = (
                np.where(stopped, np.nan, share.value),
                np.where(stopped[:, None], np.nan, compared["ci_t"]),
            )
            lower, upper = np.where(stopped, np.nan, lower), np.where(stopped, np.nan, upper)
        if method == "asin":  # where the angle is below 0 R squares its sine all the same; ours ends at 0
            lower = np.where(lower == 0, np.nan, lower)
        return {**compared, "ci_l": lower, "ci_u": upper}

    def svyquantile(self, formula, d, probabilities, qrule="'math'", interval_type="'mean'") -> dict:
        p = [float(v) for v in vector(probabilities)]
        interval = interval_type.strip("'")
        if self.replicates:
            return self.replicate_quantiles(formula, p)
        options = {"rule": qrule.strip("'"), "interval": METHODS.get(interval, interval)}
        found = {}
        for name in terms(formula):
            q = quantile(self.data[name], p, self.design, **options)
            found[name] = {"quantiles": p, "est": q.value, "ci_l": q.lower, "ci_u": q.upper, "se": q.se}
        return {"vars": found, "degf": self.design.df}

    def replicate_quantiles(self, formula, p) -> dict:
        """interval.type="quantile": the quantile of every replicate."""
        found = {}
        for name in terms(formula):

            def quantiles(w, y=self.data[name]):
                return quantile(y, p, self.design.reweighted(w)).value

            q = replicated(quantiles, [str(v) for v in p], self.replicates)
            lower, upper, _ = q.interval()
            found[name] = {"quantiles": p, "est": q.value, "ci_l": lower, "ci_u": upper, "se": q.se}
        return {"vars": found, **self.of_replicates()}

    def svyglm(self, formula, d, family="gaussian()") -> dict:
        y, x = formula.split("~")
        kind = {"gaussian()": "linear", "quasibinomial()": "logistic"}[family]
        found = regression(column(y, self.data), self.data[x.split("+")], self.design, family=kind)
        t = found.value / found.se
        p = 2 * stats.t.sf(np.abs(t), found.df)
        return self.compared(found, names=list(found.names), df_residual=found.df[0], t=t, p=p)

    def quantile_by(self, y, domain, p) -> dict:
        q = quantile(y, p, self.design, domain=domain)
        half = t_quantile(0.95, self.degf) * q.se
        wald = np.column_stack([q.value - half, q.value + half])
        return {"coef": q.value, "se": q.se, "ci_l": q.lower, "ci_u": q.upper, "ci_t": wald, "degf": self.design.df}

    def svycontrast(self, inner, coefficients) -> dict:
        head, positional, _ = call(inner)
        y = columns(positional[0], self.data)
        if head == "svyby":
            found = domain_means(y, self.data[positional[1].lstrip("~")], self.design)
        else:
            found = {"svymean": mean, "svytotal": total}[head](y, self.design)
        if "quote" in coefficients:
            return self.compared(self.nonlinear(found))
        rows = call(coefficients)[2] if coefficients.startswith("list") else {"contrast": coefficients}
        # an unnamed c(-.5,-.5,1) inside a list: R matches by name, finds none, and returns 0 with variance 0
        rows = [{name: float(v) for name, v in call(row)[2].items()} for row in rows.values()]
        return self.compared(contrast(found, rows, [f"row {i}" for i in range(len(rows))]))

    def nonlinear(self, found):
        """r = api_stu/enroll and l = log(enroll) of the totals api_stu, enroll, api99."""
        a, b, _ = found.value
        return transform(found, [a / b, np.log(b)], [[1 / b, -a / b**2, 0], [0, 1 / b, 0]], ("r", "l"))

    def svyttest(self, formula, d) -> dict:
        y, group = formula.split("~")
        if group == "0":  # R takes off one df here too, though no slope is estimated
            shift = replace(mean(self.data[y], self.design), df=float(self.degf - 1))
        else:
            shift = mean_difference(self.data[y], self.data[group], self.design)
        limits = np.array(shift.interval(0.95)[:2]).ravel()
        return {**self.tested(t_test(shift)), "estimate": shift.value, "conf_int": limits}

    def svyranktest(self, formula, d) -> dict:
        y, group = formula.split("~")
        if self.design.weight.min() == self.design.weight.max():
            test = rank_test(self.data[y], self.data[group], self.design)
            return {**self.tested(test), "estimate": self.r_ranks_shift(y, group).value}
        # where tied answers have unequal weights R's midranks depend on the order of the rows; ours do not
        shift = self.r_ranks_shift(y, group)
        return {**self.tested(t_test(shift)), "estimate": shift.value}

    def r_ranks_shift(self, y, group):
        """The shift of R's midranks: C_k - w_k/2 in row order, averaged without weights over ties."""
        y, w = self.data[y], self.design.weight
        ascending = y.sort_values(kind="stable").index
        middle = pd.Series(np.cumsum(w[ascending]) - w[ascending] / 2, ascending)
        return mean_difference(
            middle.groupby(y).transform("mean").sort_index() / w.sum(), self.data[group], self.design
        )

    def svychisq(self, formula, d, statistic) -> dict:
        one, two = terms(formula)
        kind = STATISTICS[statistic.strip("'")]
        return self.tested(independence_test(self.data[one], self.data[two], self.design, statistic=kind))

    def tested(self, test) -> dict:
        found = {"statistic": test.statistic, "parameter": test.df, "p_value": test.p_value, "degf": self.design.df}
        return {name: np.array(value, dtype=float) for name, value in found.items()}

    def domcov(self, d, y, by) -> dict:
        return self.compared(domain_means(column(y.strip("'"), self.data), self.domain(vector(by)), self.design))

    def Lc(self, inner, rows) -> dict:
        _, (_, y, by), _ = call(inner)
        found = domain_means(column(y.strip("'"), self.data), self.domain(vector(by)), self.design)
        # lapply(1:12, ...): each area, second quarter minus first
        matrix = [[-1.0, 1.0]] if rows == "list(c(-1,1))" else np.hstack([-np.eye(12), np.eye(12)])
        return self.compared(contrast(found, matrix, [f"row {i}" for i in range(len(matrix))]))


def same(found, golden, where: str, rtol: float) -> None:
    """`found` equals `golden` wherever R has a number; exact zeros to 1e-12 of the largest number beside them."""
    if isinstance(golden, dict):
        for name, value in golden.items():
            same(found[name], value, f"{where}.{name}", rtol)
        return
    golden = np.array(golden, dtype=float)
    found = np.reshape(np.array(found, dtype=float), golden.shape)
    omitted = ~np.isnan(golden) & np.isnan(found)
    assert omitted.sum() == NOT_MATCHED.get(where, 0), where
    known = ~np.isnan(golden) & ~omitted
    floor = 1e-12 * np.abs(golden[known]).max(initial=0)
    np.testing.assert_allclose(found[known], golden[known], rtol=rtol, atol=floor, err_msg=where)


@pytest.mark.parametrize("name", CASES)
def test_agrees_with_r(name):
    case = CASES[name]
    if "error_expected" in str(case["result"].get("value")):
        with pytest.raises(Fault) as fault:
            Run(case)
        assert fault.value.key == "design.lonely"
        return
    found, golden = Run(case).run(), case["result"]
    for field in [f for f in golden if f not in ("class", "keys", "names", "method", "check_vs_svyby_se", "repw_file")]:
        same(found[field], golden[field], f"{name}.{field}", tolerance(case, field))


def tolerance(case, field: str) -> float:
    """1e-8, but 1e-5 for what R reads off a spline, and 1e-6 for what it calibrated until 1e-7 or so was left."""
    if "likelihood" in case["r"]:
        return 1e-5
    if "trimWeights" in (case["prep"] or "") and field not in ("coef", "weights"):
        # R's raking had not converged, and its residual takes each margin's means under the weights after that
        # margin's own last sweep; ours are under the final weights
        return 3e-4
    if "quasibinomial" in case["r"] and field != "coef":
        return 1e-5  # R's matrix A is that of the last but one step of its iteration
    return 1e-6 if case["prep"] else 1e-8
