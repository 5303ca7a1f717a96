"""Replacing a token. At every moment the old or the new one works, and errors say which."""

import inspect
from collections.abc import Awaitable, Callable
from typing import Final

from anyio import move_on_after

from astra_devops import errors
from astra_devops._first_use import load_anyio
from astra_devops._rest.endpoints import organizations as organization_endpoints
from astra_devops._rest.models.tokens import Token
from astra_devops._rest.models.tokens_requests import CreateTokenBody
from astra_devops._runtime import deadline
from astra_devops._runtime.auth.token import TokenAuth
from astra_devops._runtime.caller import Caller
from astra_devops._runtime.details import add_detail
from astra_devops.resources._identity import tokens
from astra_devops.resources._outcome.lookups import LOOKUP_DELAYS

OnNewToken = Callable[[Token], Awaitable[None] | None]
"""A sync or async callback that stores or distributes the new token while the old one still works.

An exception from it cancels the rotation.
"""

# Real seconds that a canceled rotation may take to delete the token it has created.
_CLEANUP_TIMEOUT: Final = 10.0


async def rotate(caller: Caller, old_id: str, body: CreateTokenBody, on_new: OnNewToken) -> Token:
    """Create a token, test it, pass it to ``on_new``, and revoke the one with client id ``old_id``.

    If anything fails before ``on_new`` has returned, the new token is deleted. After that it is in
    use, so it stays. Notes on the error name the client ids of the tokens that still work.
    """
    try:
        new = await tokens.create(caller, body)
    except BaseException as error:
        add_detail(error, f"while creating a token to replace {old_id}, which still works")
        raise
    try:
        await _test(caller, new)
    except BaseException as error:
        await _delete_new(caller, new, old_id, error, "while testing the new token")
        raise
    await _hand_over(caller, new, old_id, on_new)
    await _revoke_old(caller, new, old_id)
    return new


async def _test(caller: Caller, new: Token) -> None:
    """Check that the service accepts the token, whatever its permissions.

    A refusal for lack of permission is enough: it shows that the service knows the token. A part of
    the service may learn of a new token a little later than the others.
    """
    new_caller = caller.view(caller.options, TokenAuth(new.token))
    refusal: errors.AuthenticationError | None = None
    with deadline.within(caller.options.timeout):
        for delay in LOOKUP_DELAYS:
            await deadline.sleep(caller.clock, delay)
            try:
                await organization_endpoints.get_current_organization(new_caller)
            except errors.PermissionDeniedError:
                return
            except errors.AuthenticationError as error:
                refusal = error
            else:
                return
    assert refusal is not None
    raise refusal


async def _hand_over(caller: Caller, new: Token, old_id: str, on_new: OnNewToken) -> None:
    try:
        result = on_new(new)
        if inspect.isawaitable(result):
            await result
    except Exception as error:
        await _delete_new(caller, new, old_id, error, "while on_new was running with the new token")
        raise
    except BaseException as error:
        # on_new was interrupted and may or may not have put the new token to use. Deleting the
        # token could break its users; keeping it breaks nothing.
        add_detail(error, f"{_both_work(new, old_id)}: on_new was interrupted; delete the one that is not in use")
        raise


async def _revoke_old(caller: Caller, new: Token, old_id: str) -> None:
    try:
        await tokens.revoke(caller, old_id)
    except errors.NotFoundError:
        pass  # Another client has revoked it.
    except BaseException as error:
        if isinstance(error, errors.AuthenticationError) and await tokens.is_own_revocation(caller, old_id, error):
            return
        uncertain = not isinstance(error, errors.APIStatusError | errors.RequestNotSentError)
        add_detail(
            error,
            f"the new token, client id {new.client_id}, works and was passed to on_new; the old one, client id {old_id}, "
            f"{'may still be' if uncertain else 'is still'} valid: delete it",
        )
        raise


async def _delete_new(caller: Caller, new: Token, old_id: str, error: BaseException, when: str) -> None:
    """Delete the new token, and add the result to the error.

    In a canceled rotation this runs to its end, within the cleanup timeout.
    """
    problem: errors.AstraDevOpsError | None = None
    load_anyio()
    with move_on_after(_CLEANUP_TIMEOUT, shield=True) as scope:
        try:
            await tokens.revoke(caller, new.client_id)
        except errors.NotFoundError:
            pass
        except errors.AstraDevOpsError as failure:
            problem = failure
        except BaseException as interruption:
            add_detail(interruption, f"{when}; {_both_work(new, old_id)}: delete the new one")
            raise
    if problem is None and not scope.cancelled_caught:
        add_detail(error, f"{when}, client id {new.client_id}, which was deleted; the old one, client id {old_id}, still works")
    else:
        reason = problem or f"no answer within {_CLEANUP_TIMEOUT:.0f} s"
        add_detail(error, f"{when}; {_both_work(new, old_id)}: the new one could not be deleted ({reason}); delete it yourself")


def _both_work(new: Token, old_id: str) -> str:
    return f"both tokens work now, the new one, client id {new.client_id}, and the old one, client id {old_id}"
