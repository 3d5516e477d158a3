"""What of a Swift file is code."""

import re


def code_of(text: str) -> str:
    """The text with comments and the insides of strings blanked. What an interpolation holds is code. Lines keep their numbers."""
    kept, at = [], 0
    # Each open string: its quotes, its number signs and the depth of parentheses in its interpolation, or -1 in the string itself.
    strings: list[list] = []

    def skip(count: int):
        nonlocal at
        kept.append(re.sub(r"[^\n]", " ", text[at : at + count]))
        at += count

    while at < len(text):
        if strings and strings[-1][2] < 0:
            quotes, signs, _ = strings[-1]
            if text.startswith(f"\\{signs}(", at):
                skip(len(signs) + 2)
                strings[-1][2] = 0
            elif text.startswith(f"\\{signs}", at):
                skip(len(signs) + 2)
            elif text.startswith(quotes + signs, at):
                skip(len(quotes + signs))
                strings.pop()
            else:
                skip(1)
        elif text.startswith("//", at):
            skip((text + "\n").index("\n", at) - at)
        elif text.startswith("/*", at):
            depth, end = 0, at
            for mark in re.finditer(r"/\*|\*/", text[at:]):
                depth += 1 if mark[0] == "/*" else -1
                end = at + mark.end()
                if depth == 0:
                    break
            skip(end - at)
        elif opening := re.compile(r'(#*)("""|")').match(text, at):
            strings.append([opening[2], opening[1], -1])
            skip(len(opening[0]))
        elif strings and text[at] == ")" and strings[-1][2] == 0:
            strings[-1][2] = -1
            skip(1)
        else:
            if strings and text[at] in "()":
                strings[-1][2] += 1 if text[at] == "(" else -1
            kept.append(text[at])
            at += 1
    return "".join(kept)
