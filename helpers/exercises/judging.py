"""The machinery of `check`: four outcomes, and what judges have in common."""

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
    """The outcome of an answer.

    Attributes
    ----------
    outcome : str
        ``"right"``, ``"wrong"``, ``"error"`` or ``"not tried yet"``.
    feedback : str
        The same for the reader, with the reason.
    """

    outcome: str
    feedback: str

    @property
    def passed(self):
        """Whether the answer is right."""
        return self.outcome == "right"

    def __bool__(self):
        """Count as true only if the answer is right, so that `assert check(...)` says something."""
        return self.passed

    def __repr__(self):
        """Show the feedback alone: this is what stands below a cell."""
        return self.feedback


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


def require(holds, otherwise):
    """Raise `WrongError` with a sentence unless something holds."""
    if not holds:
        raise WrongError(otherwise)


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
    require(callable(function), f"A function is asked for; this is {function!r}.")
    where = f"For ({', '.join(map(shown, arguments))}) it" if arguments else "It"
    try:
        given = function(*arguments)
    except Exception as error:
        if Blank.__name__ in str(error) or repr(BLANK) in str(error):
            raise NotTriedError from None
        raise StoppedError(f"{where} stopped: {type(error).__name__}: {error}") from error
    require(given is not None, f"{where} returns None: is a `return` missing?")
    if is_blank(given):
        raise NotTriedError
    return given


def shown(value):
    """Write a value in a few words."""
    text = " ".join(repr(value.tolist() if isinstance(value, np.ndarray) else value).split())
    return text if len(text) <= 60 else text[:56] + " ..."


def number(given, what="the answer"):
    """Return a number that was given, as float; raise `WrongError` if it is none."""
    sentence = f"A number is asked for; {what} is {shown(given)}."
    try:
        require(not isinstance(given, (bool, np.bool_, str)), sentence)
        value = float(given)
    except (TypeError, ValueError):
        raise WrongError(sentence) from None
    require(not math.isnan(value), f"{sentence} Was nothing divided by nothing?")
    return value


def as_list(given, what):
    """Return a row that was given, as list; raise `WrongError` if it is none, or one of rows."""
    is_row = hasattr(given, "__iter__") and not isinstance(given, (str, dict))
    require(is_row, f"{what} is asked for; this is {shown(given)}.")
    given = list(given)
    inner = any(isinstance(one, (list, tuple, set, np.ndarray)) for one in given)
    require(not inner, f"{what} is asked for; in this one there are lists again.")
    return given


def numbers(given, shape):
    """Return an array that was given, as floats; raise `WrongError` if it is none of that shape."""
    try:
        given = np.asarray(given, float)
    except (TypeError, ValueError):
        raise WrongError(f"Numbers are asked for; yours gives {shown(given)}.") from None
    require(given.shape == shape, f"The shape should be {shape}; yours gives {given.shape}.")
    require(np.isfinite(given).all(), "Some of its numbers are nan or infinite.")
    return given


def near(given, expected, tolerance=1e-6):
    """Say whether a number is the expected one but for rounding."""
    return abs(given - expected) <= tolerance * max(1, abs(expected))


def judge_number(given, expected, slips, otherwise, tolerance=0):
    """Compare a number that was given with the right one.

    Parameters
    ----------
    given, expected : float
    slips : dict
        ``{wrong number: sentence}``, for mistakes that are recognised by what they give.
    otherwise : str
        The sentence for every other wrong number.
    tolerance : float
        How far a number may be from the right one, or from that of a slip.

    Raises
    ------
    WrongError
        With the sentence, if the number is not the right one.
    """
    given = number(given)
    if abs(given - expected) <= tolerance:
        return
    for wrong, sentence in slips.items():
        require(abs(given - wrong) > tolerance, sentence)
    raise WrongError(otherwise)


def judge_function(function, specification, cases, what="it", tolerance=1e-6, slips=None):
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
    slips : dict, optional
        ``{sentence: function}``: a mistake is recognised by giving the same in every case.

    Raises
    ------
    WrongError, NotTriedError, StoppedError
        At the first case that fails.
    """
    names, cases = inspect.signature(specification).parameters, list(cases)
    for case in cases:
        expected = specification(*case)
        words = ", ".join(f"{name} {shown(part)}" for name, part in zip(names, case))
        given = number(ask(function, *copy.deepcopy(case)), f"what it gives for {words}")
        if near(given, expected, tolerance):
            continue
        sentence = f"For {words} {what} is {expected:.6g}; yours gives {given:.6g}."
        raise WrongError(sentence + _slip(function, cases, slips or {}))


def _slip(function, cases, slips):
    """Return the sentence of the mistake that a function makes, empty if it is none of these."""
    for sentence, wrong in slips.items():
        try:
            if all(near(function(*copy.deepcopy(case)), wrong(*case)) for case in cases):
                return f" {sentence}"
        except Exception:  # the function need not answer every case
            continue
    return ""
