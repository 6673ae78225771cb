"""Exercises with feedback: put your answer in place of `____` and run the cell."""

import importlib
import pkgutil

from helpers.exercises import judging
from helpers.exercises.judging import JUDGES, Result

__all__ = ["____", "check"]

____ = judging.BLANK
for lesson in pkgutil.iter_modules(__path__):  # each registers its exercises
    if lesson.name.startswith("lesson"):
        importlib.import_module(f"{__name__}.{lesson.name}")


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
        `passed` says whether everything is right; at the end of a cell it shows the feedback. While
        something is still `____` it says so, and nothing is raised: the lesson runs through.

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
        if judging.is_blank(answers):
            raise judging.NotTriedError
        more = JUDGES[name](*answers)
    except judging.NotTriedError:
        return Result("not tried yet", f"{name} is not tried yet: put your answer in place of ____")
    except judging.WrongError as wrong:
        return Result("wrong", f"{name} is not right yet. {wrong}")
    except judging.StoppedError as stopped:
        return Result("error", f"{name} could not be judged. {stopped}")
    except Exception as error:
        words = f"{type(error).__name__}: {error}"
        return Result("error", f"{name} could not be judged with these answers. {words}")
    return Result("right", " ".join([f"{name}: right.", *([more] if more else [])]))
