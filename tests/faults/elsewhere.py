"""Lines of the table that other rooms' tests show: the part, the line, and the test that shows it where there is one."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
PROPERTY = "tests/alerts/test_scan_properties.py::test_what_is_told_is_what_the_days_that_the_machine_was_up_make_due"

AUDITOR = "tests/alerts/test_auditor.py"
AUDITED_WAYS, AUDITED_KINDS = "tests/alerts/test_auditor_ways.py", "tests/alerts/test_auditor_kinds.py"
WORKER = "tests/alerts/test_worker.py"
LEADING = "tests/faults/test_leading_workers.py"

ELSEWHERE = (
    (
        "crash",
        "kill -9 of the worker that leads: another leads and scans",
        f"{LEADING}::test_after_kill_9_of_the_leader_the_other_leads_and_scans_at_once",
    ),
    ("time", "a property: what is told never depends on when the machine was up", PROPERTY),
    ("store", "scheduler silent for 26 hours", f"{WORKER}::test_health_is_red_and_says_since_when_no_scan_went_well"),
    ("store", "the auditor finds a planted gap", f"{AUDITOR}::test_a_planted_gap_is_found_and_said_in_a_sentence"),
    ("store", "the auditor finds a planted double", f"{AUDITOR}::test_a_planted_double_is_found"),
    (
        "store",
        "the auditor finds both for whoever is told through a list, an organisation, a route, an area or a post",
        f"{AUDITED_WAYS}::test_nothing_is_wrong_with_what_was_told_and_a_planted_gap_and_double_are_found",
    ),
    (
        "store",
        "the auditor finds gaps, doubles, strangers and silence in every other kind of alert",
        f"{AUDITED_KINDS}::test_a_gap_a_double_a_stranger_and_silence_are_found",
    ),
)


def is_written(test: str) -> bool:
    """Whether there is a test of this name in that file."""
    path, _, name = test.partition("::")
    return bool(name) and (ROOT / path).is_file() and f"def {name}(" in (ROOT / path).read_text(encoding="utf-8")
