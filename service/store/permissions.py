"""Who may do what: four roles, one table of use cases, and the check made before each use case."""

import functools
import getpass
from typing import Any

from service.store import audit
from service.store.audit import Actor
from words import LANGUAGES, Fault, text

ROLES = ADMINISTRATOR, CENTRE, STATISTICIAN, LEADER = ("administrator", "centre", "statistician", "leader")
EVERYBODY = frozenset(ROLES)
WORKERS = frozenset({ADMINISTRATOR, CENTRE, STATISTICIAN})
SEES_ALL = frozenset({ADMINISTRATOR, STATISTICIAN})
DENIED = "denied"  # the action in the audit trail when somebody's role did not permit a use case


# use case -> roles; a function decorated with `permitted` that is not listed fails when its module is imported
PERMITTED = {
    # what anybody may read: no microdata, no people; small cells are withheld (`sees_all`)
    "programme_names": EVERYBODY,
    "current_programme": EVERYBODY,
    "programme_of_run": EVERYBODY,
    "wave_versions": EVERYBODY,
    "current_wave": EVERYBODY,
    "newest_wave": EVERYBODY,
    "newest_estimated_wave": EVERYBODY,
    "waves_with_estimates": EVERYBODY,
    "waves_to_choose": EVERYBODY,
    "publications_of": EVERYBODY,
    "last_publication": EVERYBODY,
    "runs_shown": EVERYBODY,
    "comparisons": EVERYBODY,
    "newest_comparison": EVERYBODY,
    "read_league": EVERYBODY,
    "read_screen": EVERYBODY,
    "read_area": EVERYBODY,
    "read_consequences": EVERYBODY,
    "read_behind": EVERYBODY,
    "read_rank_waves": EVERYBODY,
    "read_side_by_side": EVERYBODY,
    "provenance": EVERYBODY,
    "read_factors": EVERYBODY,
    "read_types": EVERYBODY,
    "bulletin_facts": EVERYBODY,
    "bulletin_list": EVERYBODY,
    "changes_since": EVERYBODY,
    "read_bulletin": EVERYBODY,
    "run_list": EVERYBODY,
    "newest_run": EVERYBODY,
    "alone_run": EVERYBODY,
    "run_version": EVERYBODY,
    "outdated_runs": EVERYBODY,
    "current_margins": EVERYBODY,
    "wave_inputs": EVERYBODY,
    "load_margins": EVERYBODY,
    "regular_of_wave": EVERYBODY,
    "never_comparable": EVERYBODY,
    "job_list": EVERYBODY,
    "newest_job": EVERYBODY,
    "mark_lost": EVERYBODY,
    # the work itself
    "import_programme": WORKERS,
    "read_rules": WORKERS,
    "check_programme": WORKERS,
    "save_rules": WORKERS,
    "rule_versions": WORKERS,
    "preview_rules": WORKERS,
    "import_wave": WORKERS,
    "interviewers_of": WORKERS,
    "drawn_wave": WORKERS,
    "units_without_row": WORKERS,
    "preview_wave": WORKERS,
    "preview_margins": WORKERS,
    "preview_records": WORKERS,
    "import_log": WORKERS,
    "import_margins": WORKERS,
    "load_wave": WORKERS,
    "load_waves": WORKERS,
    "strata_merged": WORKERS,
    "weigh_wave": WORKERS,
    "read_weights": WORKERS,
    "weights_provenance": WORKERS,
    "read_response": WORKERS,
    "read_flags": WORKERS,
    "read_interviewers": WORKERS,
    "read_both_ways": WORKERS,
    "read_left_out": WORKERS,
    "leave_out": frozenset({CENTRE, ADMINISTRATOR}),
    "take_back": frozenset({CENTRE, ADMINISTRATOR}),
    "read_relistening": WORKERS,
    "draw_relistening": frozenset({CENTRE, ADMINISTRATOR}),
    "record_relistening": frozenset({CENTRE, ADMINISTRATOR}),
    "estimate_wave": WORKERS,
    "rank_alone": WORKERS,
    "check_comparison": WORKERS,
    "hindrances": WORKERS,
    "totals_inputs": EVERYBODY,
    "compare_waves": WORKERS,
    "judge_year": WORKERS,
    "judge_rolling": WORKERS,
    "keep_boards": WORKERS,
    "rolling_steps": WORKERS,
    "compare_methods": WORKERS,
    "read_moved_weights": WORKERS,
    "wave_steps": WORKERS,
    "comparison_steps": WORKERS,
    "asked_steps": WORKERS,
    "annual_steps": WORKERS,
    "compare_windows": WORKERS,
    "rerun": WORKERS,
    "publication_list": WORKERS,
    "publish_wave": frozenset({STATISTICIAN, ADMINISTRATOR}),  # who checks the figures, not who gathers the data
    "keep_bulletin": WORKERS,
    "refresh": WORKERS,
    "start": WORKERS,
    "cancel": WORKERS,
    "work": WORKERS,
    "import_calls": frozenset({CENTRE, ADMINISTRATOR}),
    "preview_calls": frozenset({CENTRE, ADMINISTRATOR}),
    "record_interview": frozenset({CENTRE, ADMINISTRATOR}),
    "preview_responses": frozenset({CENTRE, ADMINISTRATOR}),
    "import_responses": frozenset({CENTRE, ADMINISTRATOR}),
    "responses_of": WORKERS,
    "make_wave": WORKERS,
    "lacking_for": WORKERS,
    "answer_sheet": frozenset({CENTRE}),
    "sheet_interviewers": WORKERS,
    "listed_of": WORKERS,
    "read_fieldwork": WORKERS,
    "simulate_wave": WORKERS,
    "read_truth": EVERYBODY,
    "read_hours": WORKERS,
    "read_rates": WORKERS,
    "read_monitor": WORKERS,
    "read_kinds": WORKERS,
    "waves_with_steps": WORKERS,
    "plan_outline": WORKERS,
    "plan_beginning": WORKERS,
    "steps_of_wave": WORKERS,
    "fieldwork_of": WORKERS,
    "short_strata": WORKERS,
    "interviewed": WORKERS,
    "outcomes_of": WORKERS,
    "stop_fieldwork": frozenset({CENTRE, ADMINISTRATOR}),
    "stops_of_waves": WORKERS,
    "screen_numbers": frozenset({CENTRE, ADMINISTRATOR}),
    "preview_screening": frozenset({CENTRE, ADMINISTRATOR}),
    "read_screening": WORKERS,
    "screening_sheet": frozenset({CENTRE}),
    "drawn_population": WORKERS,
    # calling: the survey centre rings, and only it sees numbers; others see who is called and how far the work is
    "interviewer_list": WORKERS,
    "undealt_numbers": WORKERS,
    "list_interviewers": frozenset({CENTRE, ADMINISTRATOR}),
    "retire_interviewer": frozenset({CENTRE, ADMINISTRATOR}),
    "assign_numbers": frozenset({CENTRE, ADMINISTRATOR}),
    "differing_assignments": WORKERS,
    "held_numbers": frozenset({CENTRE, ADMINISTRATOR}),
    "next_numbers": frozenset({CENTRE, ADMINISTRATOR}),
    "take_number": frozenset({CENTRE, ADMINISTRATOR}),
    "give_back": frozenset({CENTRE, ADMINISTRATOR}),
    "record_attempt": frozenset({CENTRE, ADMINISTRATOR}),
    "make_appointment": frozenset({CENTRE, ADMINISTRATOR}),
    "cancel_appointment": frozenset({CENTRE, ADMINISTRATOR}),
    "read_calendar": WORKERS,
    "find_unit": WORKERS,
    "masked_phone": frozenset({CENTRE}),
    "show_number": frozenset({CENTRE}),
    "find_caller": frozenset({CENTRE}),
    "masked_number": frozenset({CENTRE}),
    "backup": frozenset({ADMINISTRATOR}),
    "mend_objects": frozenset({ADMINISTRATOR}),
    "remove_orphans": frozenset({ADMINISTRATOR}),
    # samples: the survey centre plans, draws and releases; a list frame may bring numbers, which are its own
    "import_frame": frozenset({CENTRE}),
    "preview_frame": frozenset({CENTRE}),
    "preview_prefixes": frozenset({CENTRE}),
    "preview_exchanges": frozenset({CENTRE}),
    "import_banks": frozenset({CENTRE}),
    "commit_banks": frozenset({CENTRE}),
    "commit_master": frozenset({CENTRE}),
    "lines_committed": frozenset({CENTRE}),
    "master_proof": frozenset({CENTRE}),
    "frame_list": WORKERS,
    "current_frame": WORKERS,
    "frame_strata": WORKERS,
    "load_frame": WORKERS,
    "import_large": frozenset({CENTRE}),
    "earlier_rates": WORKERS,
    "make_plan": frozenset({CENTRE, ADMINISTRATOR}),
    "preview_plan_file": frozenset({CENTRE, ADMINISTRATOR}),
    "read_plan": WORKERS,
    "listed_of_draw": WORKERS,
    "columns_kept": WORKERS,
    "says_kinds": WORKERS,
    "approve_plan": frozenset({CENTRE, ADMINISTRATOR}),
    "draw_wave": frozenset({CENTRE, ADMINISTRATOR}),
    "release_next": frozenset({CENTRE, ADMINISTRATOR}),
    "read_sample": WORKERS,
    "sample_waves": WORKERS,
    "release_sheet": frozenset({CENTRE}),
    "draw_proof": WORKERS,
    "figure_chain": WORKERS,
    "chain_proof": WORKERS,
    "answers_files": SEES_ALL,
    "compared_proof": WORKERS,
    "compared_answers": SEES_ALL,
    "outside_files": SEES_ALL,
    "outside_changes": SEES_ALL,
    "exchange_files": WORKERS,
    # numbers and names: the survey centre works with them, the administrator keeps the key and deletes
    "import_contacts": frozenset({CENTRE}),
    "preview_contacts": frozenset({CENTRE}),
    "masked_contacts": frozenset({CENTRE}),
    "find_number": frozenset({CENTRE}),
    "call_sheet": frozenset({CENTRE}),
    "contact_lists": frozenset({CENTRE, ADMINISTRATOR}),
    "set_deletion": frozenset({CENTRE, ADMINISTRATOR}),
    "purge": frozenset({ADMINISTRATOR}),
    "key_fingerprint": frozenset({CENTRE, ADMINISTRATOR}),
    "rotate_key": frozenset({ADMINISTRATOR}),
    "unscrubbed": frozenset({ADMINISTRATOR}),
    # people and the trail
    "add_person": frozenset({ADMINISTRATOR}),
    "change_person": frozenset({ADMINISTRATOR}),
    "new_password": frozenset({ADMINISTRATOR}),
    "person_list": frozenset({ADMINISTRATOR}),
    "mark_demo": frozenset({ADMINISTRATOR}),
    "first_administrator": frozenset({ADMINISTRATOR}),
    "verify_trail": frozenset({ADMINISTRATOR, STATISTICIAN}),
    "trail_lines": frozenset({ADMINISTRATOR, STATISTICIAN}),
    "acknowledge_trail": frozenset({ADMINISTRATOR}),
    # before anybody is known: these check passwords and identities themselves
    "is_demo": EVERYBODY,
    "has_people": EVERYBODY,
    "sign_in": EVERYBODY,
    "signed_in_elsewhere": EVERYBODY,
    "change_password": EVERYBODY,
    "still_permitted": EVERYBODY,
}


def permitted(use_case: Any) -> Any:
    """The use case, with a Fault and a line in the audit trail if the role of its store's actor does not permit it."""
    name, roles = use_case.__name__, PERMITTED[use_case.__name__]

    @functools.wraps(use_case)
    def checked(store: Any, *arguments: Any, **options: Any) -> Any:
        actor = store.actor
        if actor.role not in roles:
            with store.begin() as connection:
                audit.append(connection, actor, DENIED, {"use_case": name})
            raise Fault(key="permission.denied", name=actor.name, role=role_name(actor.role), use_case=name)
        return use_case(store, *arguments, **options)

    checked.__dict__["use_case"] = name
    return checked


def sees_all(actor: Actor) -> bool:
    """Whether this actor sees small cells, which `accountability.disclosure` withholds from others."""
    return actor.role in SEES_ALL


def role_name(role: str) -> dict[str, str]:
    """A role in both languages."""
    return {language: text(f"role.{role}", language) if role in ROLES else role or "-" for language in LANGUAGES}


def person() -> str:
    """The name of this machine's user, as runs record it."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


def local_operator() -> Actor:
    """The person who opens the store by its file or URL: an administrator, since they can read and write all of it."""
    return Actor(person(), ADMINISTRATOR)
