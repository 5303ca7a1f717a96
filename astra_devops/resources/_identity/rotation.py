"""Putting a new token in the place of an old one: at every moment one of them works, and an error tells which."""

import inspect
from collections.abc import Awaitable, Callable
from typing import Final

from anyio import move_on_after

from astra_devops import errors
from astra_devops._rest.endpoints import organizations as organization_endpoints
from astra_devops._rest.models.tokens import CreateTokenBody, Token
from astra_devops._runtime.caller import Caller
from astra_devops._runtime.token import TokenAuth
from astra_devops.resources._identity import tokens

OnNewToken = Callable[[Token], Awaitable[None] | None]
"""Takes the new token while the old one still works: stores it, or hands it out.

What it raises calls the rotation off. Sync or async.
"""

# Seconds between tries of a new token: the part of the service that is asked may hear of it a
# little later.
_TRIES: Final = (0.0, 1.0, 2.0, 4.0, 8.0)
# Real seconds that a rotation which is being cancelled takes at most to delete what it has made.
_LAST_WORDS: Final = 10.0


async def rotate(caller: Caller, old: str, body: CreateTokenBody, on_new: OnNewToken) -> Token:
    """Make a token, try it, hand it over, and revoke the one with client id ``old``.

    Until it is handed over, any failure deletes the new token again, and so does one of ``on_new``.
    Afterwards nothing does: it is in use. The notes of the error tell the client ids of what still
    works.
    """
    try:
        new = await tokens.create(caller, body)
    except BaseException as error:
        error.add_note(f"while making a token in the place of {old}, which is untouched")
        raise
    try:
        await _try_out(caller, new)
    except BaseException as error:
        await _take_back(caller, new, old, error, "while trying out the new token")
        raise
    await _hand_over(caller, new, old, on_new)
    await _revoke(caller, new, old)
    return new


async def _try_out(caller: Caller, new: Token) -> None:
    """See whether the service knows the token.

    What it may do is another matter: to be told that it may not, it must be known.
    """
    with_new = caller.view(caller.options, TokenAuth(new.token))
    refusal: errors.AuthenticationError | None = None
    for pause in _TRIES:
        await caller.clock.sleep(pause)
        try:
            await organization_endpoints.get_current_organization(with_new)
        except errors.PermissionDeniedError:
            return
        except errors.AuthenticationError as error:
            refusal = error
        else:
            return
    assert refusal is not None
    raise refusal


async def _hand_over(caller: Caller, new: Token, old: str, on_new: OnNewToken) -> None:
    try:
        told = on_new(new)
        if inspect.isawaitable(told):
            await told
    except Exception as error:
        await _take_back(caller, new, old, error, "while on_new was given the new token")
        raise
    except BaseException as error:
        # Cut short, it may or may not have put the new token to use. Deleting it could break what
        # uses it; keeping it breaks nothing.
        error.add_note(f"{_both(new, old)}: on_new was cut short; delete the one that is not in use")
        raise


async def _revoke(caller: Caller, new: Token, old: str) -> None:
    try:
        await tokens.revoke(caller, old)
    except errors.NotFoundError:
        pass  # somebody else was faster
    except BaseException as error:
        if isinstance(error, errors.AuthenticationError) and await tokens.is_own_end(caller, old, error):
            return
        perhaps = not isinstance(error, errors.APIStatusError | errors.RequestNotSentError)
        error.add_note(
            f"the new token, client id {new.client_id}, works and was handed over; the old one, client id {old}, "
            f"{'may still be' if perhaps else 'is still'} valid: delete it"
        )
        raise


async def _take_back(caller: Caller, new: Token, old: str, error: BaseException, when: str) -> None:
    """Delete the new token, and say so in the notes of what went wrong.

    A cancelled rotation takes a moment to do it.
    """
    problem: errors.AstraDevOpsError | None = None
    with move_on_after(_LAST_WORDS, shield=True) as scope:
        try:
            await tokens.revoke(caller, new.client_id)
        except errors.NotFoundError:
            pass
        except errors.AstraDevOpsError as failure:
            problem = failure
        except BaseException as cut:
            cut.add_note(f"{when}; {_both(new, old)}: delete the new one")
            raise
    if problem is None and not scope.cancelled_caught:
        error.add_note(f"{when}, client id {new.client_id}, which was deleted again; the old one, client id {old}, is untouched")
    else:
        error.add_note(f"{when}; {_both(new, old)}: the new one could not be deleted ({problem or 'no time'}), do it yourself")


def _both(new: Token, old: str) -> str:
    return f"both tokens work now, the new one, client id {new.client_id}, and the old one, client id {old}"
