//! Which dialect a request speaks: told by its path, before anything that may fail.
use crate::{builder, insydr, twig, twin};
use axum::response::{IntoResponse as _, Response};
use edge_core::Error;
use http::{HeaderMap, header};

/// One of the four APIs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    Twig,
    Twin,
    Builder,
    Insydr,
    /// A path of `/v1` that neither Twin nor Builder knows, without a credential that would tell.
    Unresolved,
}

impl Dialect {
    /// Every dialect, and the one that is none.
    pub const ALL: [Self; 5] = [Self::Twig, Self::Twin, Self::Builder, Self::Insydr, Self::Unresolved];

    /// Returns the dialect's name, for logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Twig => "twig",
            Self::Twin => "twin",
            Self::Builder => "builder",
            Self::Insydr => "insydr",
            Self::Unresolved => "unresolved",
        }
    }

    /// Tells the dialect of a path that there is.
    pub fn of(path: &str) -> Self {
        let below = |prefix: &str| is_below(path, prefix);
        if [
            "/api/public/v1",
            "/v1/me",
            "/v1/agents",
            "/v1/schedules",
            "/v1/workspaces",
        ]
        .into_iter()
        .any(below)
        {
            return Self::Builder;
        }
        if ["/v1/twin", "/v1/kb", "/v1/escalations", "/v1/stats", "/v1/settings"]
            .into_iter()
            .any(below)
        {
            return Self::Twin;
        }
        if below("/api/v1") {
            return Self::Insydr;
        }
        if below("/api") { Self::Twig } else { Self::Unresolved }
    }

    /// Tells the dialect of a path that there is not: by the credential where two dialects share a prefix.
    pub fn of_unknown(path: &str, headers: &HeaderMap) -> Self {
        let header = headers.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok());
        match (Self::of(path), header.and_then(bearer)) {
            // Seed 000 reserves `/api/v1` for new endpoints. A person's token has dots, a program's key has none.
            (Self::Insydr, Some(token)) if !token.contains('.') => Self::Twig,
            (Self::Unresolved, token) if is_below(path, "/v1") => match (headers.contains_key("x-api-key"), token) {
                (true, _) => Self::Builder,
                (false, Some(_)) => Self::Twin,
                (false, None) => Self::Unresolved,
            },
            (dialect, _) => dialect,
        }
    }

    /// Returns a refusal in the dialect's form.
    pub fn refuse(self, error: Error) -> Response {
        match self {
            Self::Twig => twig::ApiError::from(error).into_response(),
            Self::Twin => twin::ApiError::from(error).into_response(),
            Self::Builder => builder::ApiError::from(error).into_response(),
            Self::Insydr => insydr::ApiError::from(error).into_response(),
            Self::Unresolved => builder::unresolved(error),
        }
    }
}

fn is_below(path: &str, prefix: &str) -> bool {
    let rest = path.strip_prefix(prefix);
    rest.is_some_and(|it| it.is_empty() || it.starts_with('/'))
}

/// Reads the token out of an `Authorization` header.
pub(crate) fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty()).then(|| token.trim())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn of(path: &str, credential: Option<(&'static str, &'static str)>) -> Dialect {
        let headers = credential
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .into_iter()
            .collect();
        Dialect::of_unknown(path, &headers)
    }

    #[test]
    fn the_path_decides_and_the_credential_where_the_path_does_not() {
        let token = Some(("authorization", "Bearer eyJ.eyJ.sig"));
        let twig = Some(("authorization", "Bearer twig_live_abc"));
        let key = Some(("x-api-key", "tw_live_abc"));
        for (path, credential, dialect) in [
            ("/api/chat", None, Dialect::Twig),
            ("/api", token, Dialect::Twig),
            ("/api/v1/agents", twig, Dialect::Twig),
            (
                "/api/v1/agents",
                Some(("authorization", "Bearer opaque")),
                Dialect::Twig,
            ),
            (
                "/api/v1/agents",
                Some(("authorization", "Basic opaque")),
                Dialect::Insydr,
            ),
            ("/api/v1/auth/login", None, Dialect::Insydr),
            ("/api/v1", token, Dialect::Insydr),
            ("/api/v10", None, Dialect::Twig),
            ("/api/public/v1/access-api-keys", None, Dialect::Builder),
            ("/v1/agents/a", token, Dialect::Builder),
            ("/v1/agentsx", key, Dialect::Builder),
            ("/v1/kb/1", key, Dialect::Twin),
            ("/v1/nothing", token, Dialect::Twin),
            ("/v1/nothing", None, Dialect::Unresolved),
            ("/nothing", None, Dialect::Unresolved),
        ] {
            assert_eq!(of(path, credential), dialect, "{path}");
        }
        // Of what there is, the path alone tells.
        assert_eq!(Dialect::of("/api/v1/auth/me"), Dialect::Insydr);
    }
}
