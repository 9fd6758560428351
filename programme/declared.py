"""A survey programme as data: areas, columns, items, measures, design and rules, in both languages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from accountability.ladders.consequence import Consequence
from accountability.league.conventions import LAST, RANK_SHARE
from accountability.rules import Rule
from accountability.rules.joint import GROUP
from accountability.rules.joint import LEAGUE as WHOLE
from accountability.rules.kind import EQUAL
from contracts import LANDLINE, MOBILE
from estimation import Limits
from estimation.changes.verdicts import BOTH
from estimation.estimators.merge_rules import Rules
from estimation.indicators.indicators import Item, Measure
from estimation.weighting.steps import WeightingSteps
from fieldwork.questionnaire import Questionnaire
from programme.bulletin import BulletinHead
from programme.calling import Calling
from programme.measures import Factors, Record
from programme.population import AREA, PopulationPlan, summed_inside
from programme.renames import Renames
from programme.types import Quotas, Types
from programme.weighting import Label
from words import sentences

LEAGUE, PROGRAMME = "league", "programme"
TELEPHONES = {MOBILE: "sample.mode.mobile", LANDLINE: "sample.mode.landline"}  # keys in words/


@dataclass(frozen=True)
class Area:
    """An area that is ranked: its code, its league, its names, and the group it lies in ("": none).

    Its code stands in the waves' files, unless it is itself a group of areas that is ranked too.
    """

    code: str
    league: str
    name: Mapping[str, str]
    group: str = ""


@dataclass(frozen=True)
class Columns:
    """The columns of the wave's file that say who answered, in which area, how sampled and with what weight.

    began, minutes  when the interview began and how many minutes it took; "": the file does not say it
    """

    respondent: tuple[str, ...]
    area: str
    stratum: tuple[str, ...]
    psu: tuple[str, ...]
    weight: str
    began: str = ""
    minutes: str = ""


@dataclass(frozen=True)
class Interviewers:
    """[interviewers]: the column of the wave's file that names the interviewer ("": the wave's call log does), and
    whether the numbers of an area were divided among its interviewers at random."""

    column: str
    at_random: bool


@dataclass(frozen=True)
class Comparing:
    """How changes are judged, fixed before the waves are seen.

    rank_share    the part of the error 1 - level that the rank level has; the standing level has the other part
    together      "league": each league and measure is a page of its own;  "programme": they share one error
    watch         areas to be watched more closely, which have half of the standing level's error in their leagues
    yearly_error  of all pages of a year together, divided equally over `pages_a_year`; 0: each page has 1 - level
    side          "both": rises and falls against the field are tested;  "worse": falls only, which are found more often
    A page is what shares one error: a comparison of two windows, of one table or (together) of all.  To compare a
    quarter with the last one and with the same quarter of last year makes two pages.
    """

    rank_share: float = RANK_SHARE
    together: str = LEAGUE
    watch: tuple[str, ...] = ()
    yearly_error: float = 0.0
    pages_a_year: int = 0
    side: str = BOTH


@dataclass(frozen=True)
class Programme:
    """One survey as data; a name is a mapping from language to text.

    weighting     how weights are made from the released numbers; None: the file's weights are final (columns.weight)
    interviewers  None: not declared, so that their effect is unknown
    labels        the names of the columns used by weighting, and of their codes
    population    the eligible units, where they are known, and whether changes are about them
    rules, annual_rules  measure -> its rules: judged in every wave, and on the mean of a year's waves
    joint_rules, annual_joint_rules  the same of several areas together (`accountability.rules.joint`)
    change_rules  measure -> its rules about the change since another wave
    release       whether leaders see a wave only once it was released to them (`service.figures.publish`)
    two_people    whether a sample plan is approved by somebody else than the one who made it
    withhold      figures of fewer respondents than this are shown only to statisticians and administrators
    breaks        wave -> reason why no earlier wave can be compared with it or with later ones, such as a new mode
    digest        of the file's bytes
    outcomes      a centre's own words for the outcomes of calls -> AAPOR's codes, besides the usual ones
    renames       area codes that changed, and areas merged, from a wave on
    merged_strata  stratum -> its neighbours, the first choice first, with one of which it is merged if it has one PSU
    groups        a group of areas, such as the county of townships -> its name; pictures draw its areas side by side
    group_in      a group -> the larger group that it lies in
    ranked_groups  a group that is ranked itself, in a league of its own -> it as an area; its figures are those of all
                  who live in its areas
    inside        of a programme `at_level` of a league of groups: the code of an area in the files -> its group
    consequences  what follows from the rules' verdicts over several waves: a ladder, in its order
    year_weights  what the waves of a year count by in its annual values (`accountability.rules.annual.WEIGHTS`)
    bulletin      the office, number and addressees of its bulletins
    questionnaire  what is asked: the script, the screener, the items, and when an interview is complete
    calling       when and how often numbers are called, which go first, and the survey's own time zone
    types         the types of person by which figures are told apart
    quotas        margin -> category -> interviews an office would like to have, which are watched and never enforced
    units         league -> what one of its areas is called, by language ("city|cities"); absent: an area
    """

    name: str
    title: Mapping[str, str]
    note: Mapping[str, str]
    source: Mapping[str, str]
    simulated: bool
    encoding: str
    columns: Columns
    interviewers: Interviewers | None
    weighting: WeightingSteps | None
    labels: Mapping[str, Label]
    lonely: str
    level: float
    publish: Limits
    withhold: int
    population: PopulationPlan
    comparing: Comparing
    leagues: Mapping[str, Mapping[str, str]]
    areas: Mapping[str, Area]
    items: Mapping[str, Item]
    item_texts: Mapping[str, Mapping[str, str]]
    records: Mapping[str, Record]
    measures: Mapping[str, Measure]
    measure_names: Mapping[str, Mapping[str, str]]
    factors: Mapping[str, Factors]
    rules: Mapping[str, tuple[Rule, ...]]
    annual_rules: Mapping[str, tuple[Rule, ...]]
    rule_names: Mapping[str, Mapping[str, str]]
    breaks: Mapping[str, Mapping[str, str]]
    digest: str
    groups: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    group_in: Mapping[str, str] = field(default_factory=dict)
    ranked_groups: Mapping[str, Area] = field(default_factory=dict)
    inside: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    outcomes: Mapping[str, str] = field(default_factory=dict)
    renames: Renames = field(default_factory=Renames)
    merged_strata: Rules = field(default_factory=dict)
    release: bool = False
    two_people: bool = False
    consequences: tuple[Consequence, ...] = ()
    consequence_names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    bulletin: BulletinHead = field(default_factory=BulletinHead)
    questionnaire: Questionnaire = field(default_factory=Questionnaire)
    year_weights: str = EQUAL
    calling: Calling = field(default_factory=Calling)
    types: Mapping[str, Types] = field(default_factory=dict)
    quotas: Quotas = field(default_factory=dict)
    joint_rules: Mapping[str, tuple[Rule, ...]] = field(default_factory=dict)
    annual_joint_rules: Mapping[str, tuple[Rule, ...]] = field(default_factory=dict)
    change_rules: Mapping[str, tuple[Rule, ...]] = field(default_factory=dict)

    def break_between(self, before: str, after: str) -> str | None:
        """The first wave after `before`, up to `after`, that nothing earlier can be compared with; or None."""
        return min((wave for wave in self.breaks if before < wave <= after), default=None)

    @property
    def modes(self) -> Mapping[str, Mapping[str, str]]:
        """The modes in which people are asked, by code, with their names: the answers of the questionnaire's item of
        modes, else mobile and landline."""
        item = self.questionnaire.mode
        return {kind: sentences(key) for kind, key in TELEPHONES.items()} if item is None else item.answers

    @property
    def usual_mode(self) -> str | None:
        """The mode of a call that says none: that of [calling], or the only one that the questionnaire has."""
        item = self.questionnaire.mode
        only = next(iter(item.answers)) if item is not None and len(item.answers) == 1 else None
        return self.calling.mode or only

    @property
    def family(self) -> int:
        """How many tables of change share the error: 1, or leagues times measures."""
        return len(self.leagues) * len(self.measures) if self.comparing.together == PROGRAMME else 1

    @property
    def page_level(self) -> float:
        """The probability that all a page of changes confirms is true: 1 - the year's error divided by its pages."""
        spent = self.comparing.yearly_error
        return 1 - spent / self.comparing.pages_a_year if spent else self.level

    @property
    def factor_measures(self) -> dict[str, Measure]:
        """The measures of the tables of factors: estimated for every area, not ranked."""
        return {m.name: m for factors in self.factors.values() for m in factors.measures.values()}

    @property
    def type_measures(self) -> dict[str, Measure]:
        """The measures of types of person that are none of `measures`: estimated for every area, not ranked."""
        of_types = {m.name: m for types in self.types.values() for m in types.measures.values()}
        return {name: measure for name, measure in of_types.items() if name not in self.measures}

    @property
    def shown_measures(self) -> dict[str, Measure]:
        """All measures whose figures are shown by area: where cells are withheld, these are looked at together."""
        return {**self.measures, **self.type_measures}

    @property
    def listing_rules(self) -> dict[str, tuple[Rule, ...]]:
        """measure -> its rules, judged in every wave, that call some areas the last."""
        return {name: tuple(r for r in rules if r.listed is not None) for name, rules in self.rules.items()}

    def last(self, measure: str) -> int:
        """How many areas count as the last, by the measure's first rule that lists areas; without one, `LAST`."""
        return next((rule.listed for rule in self.rules[measure] if rule.listed is not None), LAST)

    def league_areas(self, league: str) -> list[str]:
        """Codes of the league's areas, in the file's order."""
        return [code for code, area in self.ranked.items() if area.league == league]

    @cached_property
    def ranked(self) -> dict[str, Area]:
        """All that is ranked: the areas of the files, and the groups of them that have a league."""
        return {**self.areas, **self.ranked_groups}

    @property
    def group_leagues(self) -> tuple[str, ...]:
        """The leagues of groups."""
        return tuple(dict.fromkeys(group.league for group in self.ranked_groups.values()))

    def at_level(self, league: str) -> "Programme":
        """The programme as if the groups of this league were the areas of the files; `inside` says where each is."""
        return replace(
            self,
            areas={code: group for code, group in self.ranked_groups.items() if group.league == league},
            ranked_groups={},
            leagues={league: self.leagues[league]},
            factors={},
            types={},
            inside=self.group_of_areas(league),
        )

    def group_of_areas(self, league: str) -> dict[str, str]:
        """Code of an area in the files -> the group of this league in which it lies."""
        of_league = {code for code, group in self.ranked_groups.items() if group.league == league}
        return {
            code: group
            for code, area in self.areas.items()
            for group in (area.group, *self.groups_above(area.group))
            if group in of_league
        }

    def groups_above(self, group: str) -> list[str]:
        """The larger groups that a group lies in, the smallest first."""
        above: list[str] = []
        while (group := self.group_in.get(group, "")) and group not in above:
            above.append(group)
        return above

    @cached_property
    def ranked_inside(self) -> dict[str, str]:
        """What is ranked -> the smallest ranked group in which it lies: whose figure is the sum of such parts."""
        inside = {}
        for code, area in self.ranked.items():
            around = [group for group in (area.group, *self.groups_above(area.group)) if group in self.ranked_groups]
            inside |= {code: around[0]} if around else {}
        return inside

    @property
    def people(self) -> PopulationPlan:
        """How many eligible units there are, of groups where the programme is at their level."""
        if self.population.of != AREA or not self.inside or not self.population.units:
            return self.population
        return replace(self.population, units=summed_inside(self.population.units, self.inside))

    def judged_in(self, league: str) -> "Programme":
        """The programme with those rules alone that judge the areas of this league, or groups of them."""
        return self._with_rules(lambda rule: rule.league in ("", league))

    def in_league(self, league: str) -> "Programme":
        """The programme with those rules and consequences alone that are about this league's areas, or judge it.

        A rule about groups stands in the league whose areas it looks at, and in that of the groups.
        """
        below = {
            self.ranked[code].league
            for code, group in self.ranked_inside.items()
            if self.ranked_groups[group].league == league
        }
        return self._with_rules(lambda r: r.league in ("", league) or (r.over == GROUP and r.league in below))

    def _with_rules(self, kept: Callable[[Rule], bool]) -> "Programme":
        """The programme with some of its rules, and the consequences that rest on these alone."""
        if all(kept(rule) for measure in self.measures for rule in self.rules_of(measure)):
            return self
        fields = ("rules", "annual_rules", "joint_rules", "annual_joint_rules", "change_rules")
        by_field = {
            name: {measure: tuple(filter(kept, rules)) for measure, rules in getattr(self, name).items()}
            for name in fields
        }
        there = {rule.name for of in by_field.values() for rules in of.values() for rule in rules}
        for consequence in self.consequences:
            there |= {consequence.name} if set(consequence.of) <= there else set()
        consequences = tuple(consequence for consequence in self.consequences if consequence.name in there)
        return replace(self, consequences=consequences, **by_field)

    @property
    def judges_years(self) -> bool:
        """Whether any rule is judged on a whole year."""
        return any(self.annual_rules.values()) or any(self.annual_joint_rules.values())

    def rules_of(self, measure: str) -> tuple[Rule, ...]:
        """All rules of a measure, whatever they are judged on."""
        by_kind = (self.rules, self.annual_rules, self.joint_rules, self.annual_joint_rules, self.change_rules)
        return tuple(rule for rules in by_kind for rule in rules.get(measure, ()))

    def units_of(self, league: str) -> dict[str, dict[str, list[str]]]:
        """What rules of several areas together are about in a league: its groups, and the league, with their areas."""
        areas = self.league_areas(league)
        by_group: dict[str, list[str]] = {}
        for code in areas:
            if self.ranked[code].group:
                by_group.setdefault(self.ranked[code].group, []).append(code)
        return {GROUP: by_group, WHOLE: {league: areas}}

    def name_of(self, unit: str) -> Mapping[str, str]:
        """The name of an area, a group of areas, or a league."""
        return self.areas[unit].name if unit in self.areas else {**self.leagues, **self.groups}[unit]
