"""Exercises that answer back: put your answer in place of `____` and run the cell."""

from helpers.exercises import (
    lesson01,
    lesson02,
    lesson03,
    lesson04,
    lesson04b,
    lesson05,
    lesson06,
    lesson07,
)
from helpers.exercises.judging import (
    BLANK,
    JUDGES,
    NotTriedError,
    Result,
    StoppedError,
    WrongError,
    is_blank,
)

__all__ = ["____", "check"]

____ = BLANK
LESSONS = (lesson01, lesson02, lesson03, lesson04, lesson04b, lesson05, lesson06, lesson07)


def check(name, *answers):
    """Judge the answers to an exercise.

    Parameters
    ----------
    name : str
        Lesson and number, such as ``"02.1"``.
    *answers
        Numbers, lists or functions, as the exercise asks. Functions are tried on many inputs.

    Returns
    -------
    Result
        `passed` says whether all is right. Shown at the end of a cell it says what became of the
        answer, and what is wrong with it. While something is still `____` it says so, and nothing
        is raised: the lesson runs through.

    Raises
    ------
    ValueError
        If there is no such exercise.
    """
    if name not in JUDGES:
        all_there_are = f"there are {', '.join(sorted(JUDGES))}"
        hint = f"did you mean '0{name}'?" if f"0{name}" in JUDGES else all_there_are
        raise ValueError(f"there is no exercise {name!r}; {hint}")
    try:
        if is_blank(answers):
            raise NotTriedError
        more = JUDGES[name](*answers)
    except NotTriedError:
        return Result("not tried yet", f"{name} is not tried yet: put your answer in place of ____")
    except WrongError as wrong:
        return Result("wrong", f"{name} is not right yet. {wrong}")
    except StoppedError as stopped:
        return Result("error", f"{name} could not be judged. {stopped}")
    except Exception as error:
        words = f"{type(error).__name__}: {error}"
        return Result("error", f"{name} could not be judged with these answers. {words}")
    return Result("right", " ".join([f"{name}: right.", *([more] if more else [])]))
