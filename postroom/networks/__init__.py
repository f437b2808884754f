"""Ground: one folder per network, and the contract all of them fulfil. No Django, even indirectly.

Belongs here: shape, verdicts, rules, the registry, the line, and each network as a value.
Doesn't: rows, settings, clocks, retries. Nobody outside names a single network; they ask the registry.
Above: database and every room. Below: kit.
"""
