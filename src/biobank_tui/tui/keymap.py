"""Which key runs which command: the table's keys, with those of the settings over them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from textual.keys import format_key

from biobank_tui.tui.commands import COMMANDS, Command
from biobank_tui.words import _, mark

# What terminals, tmux or SSH take for another key, or what must always do its own work.
TAKEN = frozenset(
    {
        *("ctrl+i", "ctrl+m", "ctrl+h", "ctrl+j", "ctrl+shift+p", "ctrl+c", "ctrl+z", "ctrl+q", "ctrl+s"),
        *("tab", "shift+tab", "escape", "up", "down", "left", "right"),
    }
)

_SHOWN = {
    "slash": "/",
    "question_mark": "?",
    "space": mark("Space"),
    "enter": "⏎",
    "escape": mark("Esc"),
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "delete": mark("Del"),
    "backspace": "⌫",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
}


def shown(key: str) -> str:
    """A key as people read it: "ctrl+p" is "^p", "slash" is "/", "f2" is "F2"."""
    *held, last = key.split("+")
    name = _(_SHOWN.get(last, "")) or (last.upper() if last[0] == "f" and last[1:].isdecimal() else format_key(last))
    return "".join({"ctrl": "^", "shift": "⇧", "alt": "Alt-"}.get(modifier, modifier) for modifier in held) + name


class KeyMap:
    """The keys in force.

    remapped: command name → Textual key names, comma-separated, as in the settings. `problems` holds a
    sentence for each entry that was not taken; the command then keeps the key of the table.
    """

    def __init__(self, remapped: Mapping[str, str] | None = None, commands: Iterable[Command] = COMMANDS) -> None:
        self.commands = tuple(commands)
        self.by_name = {command.name: command for command in self.commands}
        self.problems: list[str] = []
        self._keys: dict[str, tuple[str, ...]] = {}
        self._commands: dict[tuple[str | None, str], Command] = {}
        wanted = dict(remapped or {})
        for name in wanted.keys() - self.by_name.keys():
            self.problems.append(_("There is no command {name} to give a key to.").format(name=name))
        for command in sorted(self.commands, key=lambda each: each.name not in wanted):
            self._bind(command, wanted.get(command.name))

    def _bind(self, command: Command, wanted: str | None) -> None:
        own = tuple(key for key in command.key.split(",") if key)
        keys = own if wanted is None else tuple(key.strip() for key in wanted.split(",") if key.strip())
        bad = [key for key in keys if wanted is not None and not self._free(command, key)]
        if bad:
            self.problems.append(
                _("{key} cannot be given to {name}: it is taken. {name} keeps its own key.").format(
                    key=", ".join(bad), name=command.name
                )
            )
            keys = own
        keys = tuple(key for key in keys if (command.screen, key) not in self._commands)
        self._keys[command.name] = keys
        for key in keys:
            self._commands[command.screen, key] = command

    def _free(self, command: Command, key: str) -> bool:
        """A key of the settings may not shadow a fixed key, nor one given in the same place or everywhere."""
        return key not in TAKEN and (command.screen, key) not in self._commands

    def keys(self, name: str) -> tuple[str, ...]:
        """The keys that run a command, none where it is in the palette only."""
        return self._keys[name]

    def shown(self, name: str) -> str:
        """The first key of a command as people read it, "" where it has none."""
        keys = self._keys[name]
        return shown(keys[0]) if keys else ""

    def find(self, groups: Iterable[str | None], key: str) -> Command | None:
        """The command a key runs here; groups from the focused widget outwards, None is everywhere."""
        for group in groups:
            if (command := self._commands.get((group, key))) is not None:
                return command
        return None

    def of(self, groups: Iterable[str | None]) -> list[Command]:
        """The commands of these groups, in the order of the footer."""
        wanted = set(groups)
        return sorted((command for command in self.commands if command.screen in wanted), key=lambda each: each.footer)
