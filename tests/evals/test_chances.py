"""What the report says of win chances is what the learning says, and a store with too few deals says so."""

from evals.chances import HEAD, Judged, run


def test_the_demo_company_s_chances_are_judged() -> None:
    (found,) = run(only="demo")
    assert found.learned is not None
    assert 0.6 < found.learned.auc < 0.95  # better than chance, and no look into the future
    assert found.learned.auc > found.learned.others_auc or found.learned.method == "averages"
    points = found.points()
    assert sum(count for _, _, count in points) in range(
        found.learned.positives + found.learned.negatives - 5, found.learned.positives + found.learned.negatives + 6
    )
    assert len(found.row()) == len(HEAD)


def test_too_few_deals_are_said() -> None:
    assert Judged("new", None).row()[1] == "too few"
    assert Judged("new", None).points() == []
