"""What stands behind `check`: four outcomes, and the words of a judge."""

import copy
import inspect
import math
from typing import NamedTuple

import numpy as np

JUDGES = {}  # {name of the exercise: judge}, filled by `exercise`


class Blank:
    """What is still to be filled in."""

    def __repr__(self):
        """Write it as it is typed."""
        return "____"

    def __array__(self, *arguments, **options):
        """Refuse to become an array or an index, whatever one is asked to do with it."""
        raise TypeError(f"{type(self).__name__} is nothing yet")

    __index__ = __array__


BLANK = Blank()


class WrongError(Exception):
    """Raised by a judge: the answer is wrong, and why."""


class NotTriedError(Exception):
    """Something is still `____`."""


class StoppedError(Exception):
    """A student's function stopped with an error: for which arguments, and with which."""


class Result(NamedTuple):
    """What became of an answer.

    Attributes
    ----------
    outcome : str
        ``"right"``, ``"wrong"``, ``"error"`` or ``"not tried yet"``.
    words : str
        The same for the reader, with the reason.
    """

    outcome: str
    words: str

    @property
    def passed(self):
        """Whether the answer is right."""
        return self.outcome == "right"

    def __repr__(self):
        """Write the words alone: this is what stands below a cell."""
        return self.words


def exercise(name):
    """Make a function the judge of an exercise.

    Parameters
    ----------
    name : str
        Lesson and number, such as ``"02.1"``.

    Returns
    -------
    decorator
        A judge takes the answers; it raises `WrongError`, or returns a sentence to add to "right."
    """

    def register(judge):
        JUDGES[name] = judge
        return judge

    return register


def is_blank(value):
    """Say whether something is, or holds, `____`."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple, set)):
        return any(is_blank(part) for part in value)
    return isinstance(value, Blank)


def ask(function, *arguments):
    """Call a student's function.

    Raises
    ------
    WrongError
        If it is no function.
    NotTriedError
        If it gives back, or trips over, `____`.
    StoppedError
        If it stops with an error.
    """
    if not callable(function):
        raise WrongError(f"A function is asked for; this is {function!r}.")
    words = ", ".join(shown(argument) for argument in arguments)
    where = f"For ({words}) it" if arguments else "It"
    try:
        given = function(*arguments)
    except Exception as error:
        if Blank.__name__ in str(error) or repr(BLANK) in str(error):
            raise NotTriedError from None
        raise StoppedError(f"{where} stopped: {type(error).__name__}: {error}") from error
    if given is None:
        raise WrongError(f"{where} gives back None: is a `return` missing?")
    if is_blank(given):
        raise NotTriedError
    return given


def shown(value):
    """Write a value in a few words."""
    text = " ".join(repr(value.tolist() if isinstance(value, np.ndarray) else value).split())
    return text if len(text) <= 60 else text[:56] + " ..."


def number(given, what="the answer"):
    """Return a number that was given, as float; raise `WrongError` if it is none."""
    start = what[0].upper() + what[1:]
    try:
        if not isinstance(given, (bool, np.bool_, str)):
            if math.isnan(float(given)):
                raise WrongError(f"{start} is nan: was nothing divided by nothing?")
            return float(given)
    except (TypeError, ValueError):
        pass
    raise WrongError(f"{start} should be a number; this is {shown(given)}.")


def as_list(given, what):
    """Return a row that was given, as list; raise `WrongError` if it is none, or one of rows."""
    if isinstance(given, (str, dict)) or not hasattr(given, "__iter__"):
        raise WrongError(f"{what} is asked for; this is {shown(given)}.")
    given = list(given)
    if any(isinstance(one, (list, tuple, set, np.ndarray)) for one in given):
        raise WrongError(f"{what} is asked for; in this one there are lists again.")
    return given


def numbers(given, shape, what="it"):
    """Return an array that was given, as floats; raise `WrongError` if it is none of that shape."""
    try:
        given = np.asarray(given, float)
    except (TypeError, ValueError):
        raise WrongError(f"Numbers are asked for; {what} gives {shown(given)}.") from None
    if given.shape != shape:
        raise WrongError(f"The shape should be {shape}; {what} gives {given.shape}.")
    if not np.isfinite(given).all():
        raise WrongError(f"{what[0].upper() + what[1:]} gives numbers that are nan or infinite.")
    return given


def near(given, expected, tolerance=1e-6):
    """Say whether a number is the expected one but for rounding."""
    return abs(given - expected) <= tolerance * max(1, abs(expected))


def judge_function(function, specification, cases, what="it", tolerance=1e-6):
    """Compare a student's function with a plain, slow one, from the first case to the last.

    Parameters
    ----------
    function, specification : callable
        Both give a number for the arguments of a case.
    cases : iterable of tuple
        Small ones first, so that the first that fails is easy to follow.
    what : str
        What is counted or computed, for the sentence.
    tolerance : float
        See `near`.

    Raises
    ------
    WrongError, NotTriedError, StoppedError
        At the first case that fails.
    """
    names = list(inspect.signature(specification).parameters)
    for case in cases:
        expected, told = specification(*case), words_of(names, case)
        given = number(ask(function, *copy.deepcopy(case)), f"what it gives for {told}")
        if not near(given, expected, tolerance):
            raise WrongError(f"For {told} {what} is {expected:.6g}; yours gives {given:.6g}.")


def words_of(names, case):
    """Write the arguments of a case, with their names where there are several."""
    if len(case) == 1:
        return shown(case[0])
    return ", ".join(f"{name} {shown(part)}" for name, part in zip(names, case, strict=True))
