//! What plans allow: the figures of `public/docs/limits.md#what-are-the-limits-of-each-plan`.
use edge_model::plan::Plan;

/// What "unlimited" shows as in the headers.
pub const UNLIMITED: u64 = 1_000_000;

/// Requests per minute of each lane of a workspace.
pub fn requests_per_minute(plan: Plan) -> u64 {
    match plan {
        Plan::Free => 60,
        Plan::Starter => 120,
        Plan::Pro => 300,
        Plan::Enterprise => UNLIMITED,
    }
}

/// Questions per day to the drafts of a workspace's agents, in test chats. Our decision.
pub fn tests_per_day(plan: Plan) -> u64 {
    match plan {
        Plan::Free => 200,
        Plan::Starter => 1_000,
        Plan::Pro => 5_000,
        Plan::Enterprise => UNLIMITED,
    }
}

/// Messages per month of a workspace; none is no limit.
pub fn messages_per_month(plan: Plan) -> Option<u64> {
    match plan {
        Plan::Free => Some(100),
        Plan::Starter => Some(2_000),
        Plan::Pro => Some(10_000),
        Plan::Enterprise => None,
    }
}

/// How the requests of a program are counted: each dialect's document has a way of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateLimitPolicy {
    /// By the key, so many a minute.
    ByKey(u64),
    /// With all other programs of the workspace, as its plan says.
    ByPlan,
}

/// Requests per minute and per day of a workspace's programs. The documented API knows three plans; the fourth has what
/// the one above the free one has.
pub fn requests_of_programs(plan: Plan) -> [u64; 2] {
    match plan {
        Plan::Free => [20, 1_000],
        Plan::Starter | Plan::Pro => [100, 10_000],
        Plan::Enterprise => [1_000, UNLIMITED],
    }
}

/// Answers per month of a workspace's deputy (`public/docs/api-twin.md#what-are-the-limits-of-the-twin-api`); none is
/// no limit.
pub fn answers_per_month(plan: Plan) -> Option<u64> {
    match plan {
        Plan::Free => Some(500),
        Plan::Starter | Plan::Pro => Some(2_000),
        Plan::Enterprise => None,
    }
}

/// Writes a number with a comma after the thousands.
pub(crate) fn grouped(number: u64) -> String {
    match number {
        0..1_000 => number.to_string(),
        _ => format!("{},{:03}", grouped(number / 1_000), number % 1_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        for (number, text) in [(0, "0"), (999, "999"), (2_000, "2,000"), (1_234_056, "1,234,056")] {
            assert_eq!(grouped(number), text);
        }
    }
}
