"""Merge rules: what is too small by itself joins the first of its neighbours that helps, as written beforehand."""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

MERGED = " + "  # between the names of what was merged
Rules = Mapping[str, Sequence[str]]  # name -> its neighbours, the first choice first
Group = tuple[str, ...]


def merged_groups(
    names: Sequence[str], rules: Rules, lacks: Callable[[Group], bool], helps: Callable[[Group, Group], bool]
) -> dict[str, str]:
    """name -> the merged group that it belongs to, for those that are merged; the others are absent.

    lacks  whether a group is too small by itself
    helps  whether a neighbour's group (first) helps a group that is too small (second)
    Names are taken in their order, and groups as they are by then. Without rules, or without a neighbour that helps,
    a group stays as it is.
    """
    group: dict[str, Group] = {name: (name,) for name in names}
    for name in names:
        while lacks(group[name]):
            others = (n for n in rules.get(name, ()) if n in group and n not in group[name])
            neighbour = next((n for n in others if helps(group[n], group[name])), None)
            if neighbour is None:
                break
            joined = tuple(n for n in names if n in (*group[name], *group[neighbour]))
            group |= dict.fromkeys(joined, joined)
    return {name: MERGED.join(of) for name, of in group.items() if len(of) > 1}


def merged_strata(waves: Sequence[pd.DataFrame], rules: Rules) -> dict[str, str]:
    """stratum -> the merged stratum that it belongs to, for strata that have one sampled PSU in one of the waves.

    waves: of each, a table with columns stratum and psu. A stratum that is merged is merged in all of the waves, so
    that PSUs that were asked twice are known again. Strata collapsed like this have a variance that is too large rather
    than too small, if the neighbours are chosen without the answers: Cochran (1977) 5A.12; Wolter (2007) 2.5.
    """
    counts = [wave.drop_duplicates(["stratum", "psu"]).stratum.value_counts().to_dict() for wave in waves]
    names = sorted({stratum for count in counts for stratum in count})

    def units(group: Group) -> list[int]:
        """How many PSUs each of the waves has in a group."""
        return [sum(count.get(stratum, 0) for stratum in group) for count in counts]

    def helps(neighbour: Group, group: Group) -> bool:
        return 1 in [count for count, more in zip(units(group), units(neighbour), strict=True) if more > 0]

    return merged_groups(names, rules, lambda group: 1 in units(group), helps)
