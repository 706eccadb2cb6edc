//! Which of the two Workers that run this script it is.
//!
//! The main Worker answers requests. The jobs Worker owns the Durable Objects that work in the background, so that a
//! crash there replaces an isolate in which no request is being answered.
use std::cell::OnceCell;
use worker::Env;

/// The variable in each wrangler.toml that names the role.
const ROLE: &str = "ROLE";

thread_local! {
    static READ: OnceCell<Result<Role, String>> = const { OnceCell::new() };
}

/// What a Worker is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Main,
    Jobs,
}

impl Role {
    /// Reads the role of this Worker.
    ///
    /// # Errors
    /// Says in words that the configuration names none.
    pub(crate) fn of(env: &Env) -> Result<Self, String> {
        let read = || Self::parse(&env.var(ROLE).map(|it| it.to_string()).unwrap_or_default());
        READ.with(|it| it.get_or_init(read).clone())
    }

    /// Refuses every role but this one.
    ///
    /// # Errors
    /// Says in words that the configuration is wrong.
    pub(crate) fn require(self, env: &Env, what: &str) -> Result<(), String> {
        match Self::of(env)? {
            role if role == self => Ok(()),
            role => Err(format!(
                "{what} belongs to the Worker with {ROLE} = \"{}\", and this one has \"{}\"; see the bindings in wrangler.toml",
                self.name(),
                role.name()
            )),
        }
    }

    fn parse(value: &str) -> Result<Self, String> {
        match value {
            "main" => Ok(Self::Main),
            "jobs" => Ok(Self::Jobs),
            _ => Err(format!(
                "{ROLE} must be main or jobs, is `{value}`; wrangler.toml sets it"
            )),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Jobs => "jobs",
        }
    }
}

/// Returns the role's name for the log; `unknown` before the configuration was read.
pub(crate) fn name() -> &'static str {
    READ.with(|it| match it.get() {
        Some(Ok(role)) => role.name(),
        _ => "unknown",
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::Role;

    #[test]
    fn a_worker_is_main_or_jobs_and_nothing_else() {
        assert_eq!(Role::parse("main"), Ok(Role::Main));
        assert_eq!(Role::parse("jobs"), Ok(Role::Jobs));
        for value in ["", "Main", "job", "both"] {
            assert!(Role::parse(value).unwrap_err().starts_with("ROLE must be main or jobs"));
        }
    }
}
