"""Where evidence may be taken from: a module for each kind of address, which returns files and the sections for them.

A connector is a module with `SCHEME`, the words before the colon that name it, and `take(rest, get)`, which returns a
`Taken`. Not tried against the publishers' servers: tests answer in the formats that they document.
"""
