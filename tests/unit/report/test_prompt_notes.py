"""What long prompts have done is said in sentences, with numbers and shares."""

from msgspec.structs import replace

from tehon.records.scores import Lengths, Score
from tehon.report.lengths import prompt_notes

SHORT = Lengths(
    items=40,
    longest=200,
    mean=120.0,
    tuning_length=256,
    over_tuning=0,
    context_length=2048,
    over_context=0,
    truncated=0,
    dropped_shots=0,
    skipped=0,
    cut={},
)
SCORE = Score(task="jnli", template="0.3", shots=3, metric="accuracy", value=0.5, count=40, lengths=SHORT)


def note(lengths: Lengths, *flags: str) -> list[str]:
    return list(prompt_notes([replace(SCORE, lengths=lengths, flags=flags)]))


def test_prompts_that_fit_are_not_spoken_of() -> None:
    assert note(SHORT) == []
    assert list(prompt_notes([replace(SCORE, lengths=None)])) == []


def test_prompts_beyond_tuning_and_context_are_counted() -> None:
    long = replace(SHORT, longest=2500, over_tuning=40, over_context=10)
    cut = replace(long, truncated=4000, cut={"description": 10, "shots": 1})
    assert note(cut) == [
        (
            "jnli 0.3 3-shot: 40 of 40 prompts (100%) longer than the 256 tokens of tuning; "
            "10 of 40 prompts (25%) longer than the context of 2,048 tokens; the longest has 2,500 tokens; "
            "4,000 tokens cut on the left; lost a part of the description (10 items) and the shots (1 item)."
        )
    ]
    assert "12 shots taken away" in note(replace(long, dropped_shots=12))[0]
    assert "3 items left out" in note(replace(long, skipped=3))[0]


def test_a_cell_is_spoken_of_once_and_every_seed_apart() -> None:
    long = replace(SHORT, over_context=1)
    lines = [
        replace(SCORE, lengths=long, metric=metric, seed=seed) for seed in (1, 2) for metric in ("accuracy", "mcc")
    ]
    assert [each.partition(":")[0] for each in prompt_notes(lines)] == [
        "jnli 0.3 3-shot seed 1",
        "jnli 0.3 3-shot seed 2",
    ]


def test_merged_borders_and_own_shots_say_what_handles_them() -> None:
    found = note(SHORT, "merged:2", "own_shot:1", "constant")
    assert found == [
        (
            "jnli 0.3 3-shot: in 2 items a token spans the border to the answer, "
            'which encode = "joint_safe" never does; '
            "1 item drew a shot that asks the same, and got another."
        )
    ]
