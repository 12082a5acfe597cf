"""Mutants that no test can catch, because nothing that can happen tells them apart; with why."""

REASONS = {}


def reason(name):
    return REASONS.get(name)


def names():
    return list(REASONS)
