"""A tag of python-liquid that hands its name, arguments and contents to a function of ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from liquid.ast import BlockNode, Node
from liquid.parser import get_parser
from liquid.tag import Tag
from liquid.token import TOKEN_EOF, TOKEN_EXPRESSION, TOKEN_TAG, Token

if TYPE_CHECKING:
    from collections.abc import Callable

    from liquid import Environment
    from liquid.context import RenderContext
    from liquid.stream import TokenStream

    Answer = Callable[["Call", RenderContext], str]


@dataclass(frozen=True, slots=True)
class Call:
    """One tag in a text."""

    name: str
    #: Everything between the name and the closing sign, as written.
    arguments: str
    #: What stands between the tag and its end, evaluated; None for a tag without an end.
    inner: str | None
    #: The whole text, and where the tag begins in it.
    source: str
    offset: int


class _AnswerNode(Node):
    """A tag as it stands in a parsed text."""

    def __init__(self, token: Token, arguments: str, block: BlockNode | None, answer: Answer) -> None:
        super().__init__(token)
        self.arguments = arguments
        self.block = block
        self.answer = answer
        self.blank = False

    def __str__(self) -> str:
        return f"{{% {self.token.value} {self.arguments} %}}"

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        """Write what the function answers."""
        inner = None
        if self.block is not None:
            inside = context.get_buffer(buffer)
            self.block.render(context, inside)
            inner = inside.getvalue()
        token = self.token
        return buffer.write(
            self.answer(Call(token.value, self.arguments, inner, token.source, token.start_index), context)
        )


def register(env: Environment, name: str, answer: Answer, *, block: bool) -> None:
    """Teach an environment a tag. block: it ends with `{% end<name> %}`."""
    is_block, tag_name = block, name

    class AnswerTag(Tag):
        block = is_block
        name = tag_name
        end = f"end{tag_name}"

        def parse(self, stream: TokenStream) -> Node:
            token = stream.current
            arguments = stream.peek.value if stream.peek.kind == TOKEN_EXPRESSION else ""
            # The parser steps over the last token of a tag itself.
            if not is_block:
                if stream.peek.kind == TOKEN_EXPRESSION:
                    next(stream)
                return _AnswerNode(token, arguments, None, answer)
            next(stream)
            if stream.current.kind == TOKEN_EXPRESSION:
                next(stream)
            inner = get_parser(self.env).parse_block(stream, (self.end, TOKEN_EOF))
            stream.expect(TOKEN_TAG, value=self.end)
            return _AnswerNode(token, arguments, inner, answer)

    env.tags[name] = AnswerTag(env)
