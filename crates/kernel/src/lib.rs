//! Words every context shares: ids, money, dates, areas, identity numbers, findings.
