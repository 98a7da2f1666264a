"""From a profile's text to a `Profile`, and every mistake on the way with its line and column.

`reader` is the way in. Text becomes plain data with a place for each value (`yaml_source`),
variables are filled in (`interpolate`), the data is held against the forms (`forms`, `validation`),
and then against the rules that no form can say (`rules`).
"""
