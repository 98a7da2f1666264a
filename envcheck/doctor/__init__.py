"""Judgement: from facts to verdicts, and from failures to named faults. Pure; touches nothing."""
