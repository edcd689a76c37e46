"""YAML text to nodes and plain data, whatever somebody has sent: what is too deep or too long is a mistake with its line."""

from collections.abc import Iterator
from typing import Any

import yaml
from yaml.constructor import SafeConstructor

from guanjia.config.yaml_slips import mistake_at
from model.mistake import ConfigError, Mistake

_QUICK: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MISREAD = (ValueError, KeyError, AttributeError, TypeError)
"""What PyYAML lets through of a word that looks like a day or a number and is none."""
DEEPEST = 100
"""Lists and mappings within each other. No file of ours comes near it, and libyaml takes the whole process down at some ten thousand."""
MOST_REPEATED = 10_000
"""Values that stand somewhere once more by an alias. Aliases of aliases make billions out of ten lines."""
_SHOWN = 40


def composed(text: str, file: str) -> tuple[yaml.Node | None, Any]:
    """The node tree and its plain data. Raises ConfigError. libyaml is several times quicker; the pure parser words its errors better."""
    try:
        return _with(_QUICK, text, file, has_aliases=_has_aliases(text, file))
    except (yaml.YAMLError, UnicodeEncodeError):  # the latter: half of a character
        pass
    try:
        return _with(yaml.SafeLoader, text, file, has_aliases="*" in text)
    except yaml.YAMLError as error:
        raise ConfigError([mistake_at(error, text, file)]) from error
    except RecursionError as error:
        raise _wrong(file, 1, f"not valid YAML: {error}") from error


def _with(make: Any, text: str, file: str, *, has_aliases: bool) -> tuple[yaml.Node | None, Any]:
    loader, node = make(text), None
    try:
        node = loader.get_single_node()
        if node is None:
            return None, None
        if has_aliases:
            _require_small(node, file)
        return node, loader.construct_document(node)
    except _MISREAD as error:
        if node is None or isinstance(error, UnicodeEncodeError):
            raise
        raise _misread(node, file, error) from error
    finally:
        loader.dispose()


def _has_aliases(text: str, file: str) -> bool:
    """Told from one bracket after the other, without going down into them. Raises ConfigError when they stand too deep."""
    depth, found = 0, False
    for event in yaml.parse(text, Loader=_QUICK):
        found |= isinstance(event, yaml.AliasEvent)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise _too_deep(file, event.start_mark.line + 1 if event.start_mark else 1)
    return found


def _require_small(root: yaml.Node, file: str) -> None:
    """With every alias written out. What holds itself is left to whoever walks over it."""
    size: dict[int, int] = {}
    depth: dict[int, int] = {}
    for node in _from_the_leaves(root):
        below = [part for part in _parts(node) if id(part) in size]
        size[id(node)] = 1 + sum(size[id(part)] for part in below)
        depth[id(node)] = 1 + max((depth[id(part)] for part in below), default=0)
        line = node.start_mark.line + 1
        if size[id(node)] > len(size) + MOST_REPEATED:
            raise _wrong(file, line, "aliases (*) of aliases make it too long; write it out")
        if depth[id(node)] > DEEPEST + 2:
            raise _too_deep(file, line)


def _misread(root: yaml.Node, file: str, error: Exception) -> ConfigError:
    """Names the first word that is not what it looks like: ``2026-02-30`` is no day."""
    for node in _from_the_leaves(root):
        if isinstance(node, yaml.ScalarNode):
            try:
                SafeConstructor().construct_object(node)
            except _MISREAD as reason:
                shown = node.value if len(node.value) <= _SHOWN else f"{node.value[:_SHOWN]}…"
                line = node.start_mark.line + 1
                return _wrong(file, line, f"'{shown}' is not what it looks like ({reason}); mend it, or put it in quotes")
            except yaml.YAMLError:
                pass  # Said better where the whole is read.
    return _wrong(file, 1, f"not valid YAML: {error}")


def _from_the_leaves(root: yaml.Node) -> Iterator[yaml.Node]:
    """Every node once, what stands in it before it."""
    waiting, begun, done = [root], set[int](), set[int]()
    while waiting:
        node = waiting[-1]
        if id(node) in begun:
            waiting.pop()
            if id(node) not in done:
                done.add(id(node))
                yield node
            continue
        begun.add(id(node))
        waiting += [part for part in reversed(list(_parts(node))) if id(part) not in begun]


def _parts(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.SequenceNode):
        yield from node.value
    elif isinstance(node, yaml.MappingNode):
        for pair in node.value:
            yield from pair


def _too_deep(file: str, line: int) -> ConfigError:
    return _wrong(file, line, f"lists and mappings stand more than {DEEPEST} deep within each other")


def _wrong(file: str, line: int, message: str) -> ConfigError:
    return ConfigError([Mistake(file, line, "", message)])
