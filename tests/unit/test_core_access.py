"""Tokens in memory: read once for all who ask at a time, and never too old."""

import asyncio

from muster.core.access import Access
from muster.model.access import Scope, Token
from muster.model.ids import TokenId

CROWD = 200


class SlowTokens:
    """A TokenStore whose every reading takes longer than tokens are fresh; `loads` counts them."""

    def __init__(self) -> None:
        self.tokens: list[Token] = []
        self.loads = 0
        self.now_s = 0.0

    async def load_tokens(self) -> list[Token]:
        self.loads += 1
        found = list(self.tokens)
        for _ in range(10):
            await asyncio.sleep(0)
            self.now_s += 0.5
        return found

    async def add_token(self, token: Token) -> None:
        self.tokens.append(token)

    async def revoke_token(self, token_id: TokenId, now_us: int) -> bool:
        raise NotImplementedError


def test_a_crowd_reads_the_tokens_once() -> None:
    """Whoever comes while they are read waits for that, or for one more reading."""

    async def run() -> None:
        store = SlowTokens()
        access = Access(store, now_us=lambda: 1, monotonic_s=lambda: store.now_s)
        _, text = await access.create_token("many", frozenset({Scope.AGENT}))

        async def come(number: int) -> Token:
            for _ in range(number % 7):
                await asyncio.sleep(0)
            return await access.authenticate(text, 1)

        tokens = await asyncio.gather(*(come(number) for number in range(CROWD)))
        assert {token.name for token in tokens} == {"many"}
        assert store.loads == 2

    asyncio.run(run())


def test_a_token_that_is_made_while_the_others_are_read_is_known() -> None:
    async def run() -> None:
        store = SlowTokens()
        access, elsewhere = (
            Access(store, now_us=lambda: 1, monotonic_s=lambda: store.now_s) for _ in range(2)
        )
        _, first = await access.create_token("first", frozenset({Scope.AGENT}))
        reading = asyncio.create_task(access.authenticate(first, 1))
        await asyncio.sleep(0)
        assert store.loads == 1
        _, second = await elsewhere.create_token("second", frozenset({Scope.AGENT}))
        store.now_s += 1
        assert (await access.authenticate(second, 1)).name == "second"
        await reading

    asyncio.run(run())
