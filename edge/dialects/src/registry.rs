//! The dialects there are, and which of them a request speaks: told by its path, before anything that may fail.
use crate::dialect::Dialect;
use crate::dialect::route::Route;
use crate::{mail_pages, site};
use edge_core::ports::{Envelope, Envelopes};
use edge_model::event::{Event, EventKind};
use edge_model::webhook::WebhookForm;
use http::HeaderMap;

/// Every dialect. Where two could be meant and a request shows the credentials of both, the first is.
pub static DIALECTS: &[&Dialect] = &[
    &crate::insydr::DIALECT,
    &crate::twig::DIALECT,
    &crate::builder::DIALECT,
    &crate::twin::DIALECT,
];

/// Returns every route: of the dialects, of the site and of the pages that mails link to.
pub fn routes() -> Vec<Route> {
    let of_dialects = DIALECTS.iter().flat_map(|dialect| {
        let routes = (dialect.routes)().into_iter();
        routes.map(|route| route.of(dialect))
    });
    of_dialects.chain(site::routes()).chain(mail_pages::routes()).collect()
}

/// Returns the dialect of a path that has a route; none of a page.
pub fn of(path: &str) -> Option<&'static Dialect> {
    candidates(path).into_iter().next()
}

/// Returns the dialect of a path that has no route: by the credential where two dialects share a prefix. None where
/// nothing tells.
pub fn of_unknown(path: &str, headers: &HeaderMap) -> Option<&'static Dialect> {
    let owners = candidates(path);
    let candidates = match owners.is_empty() {
        true => neighbors(path),
        false => owners.clone(),
    };
    let owner = owners.into_iter().next();
    // A shorter prefix counts only where both dialects look into the same header.
    let is_possible = |it: &Dialect| owner.is_none_or(|own| own.credential.header() == it.credential.header());
    let shown = candidates
        .into_iter()
        .find(|it| is_possible(it) && it.credential.is_shown(headers));
    shown.or(owner)
}

/// Returns the dialects below whose prefixes a path is, the longest prefix first.
fn candidates(path: &str) -> Vec<&'static Dialect> {
    let length = |dialect: &Dialect| {
        let prefixes = dialect.prefixes.iter().filter(|it| is_below(path, it));
        prefixes.map(|it| it.len()).max()
    };
    let mut found: Vec<_> = DIALECTS.iter().filter_map(|it| Some((length(it)?, *it))).collect();
    found.sort_by_key(|it| std::cmp::Reverse(it.0));
    found.into_iter().map(|it| it.1).collect()
}

/// Returns the dialects that have a prefix with the first segment of a path.
fn neighbors(path: &str) -> Vec<&'static Dialect> {
    let first = |path: &'_ str| path.split('/').nth(1).unwrap_or_default().to_owned();
    let is_near = |it: &&Dialect| it.prefixes.iter().any(|prefix| first(prefix) == first(path));
    DIALECTS.iter().copied().filter(is_near).collect()
}

fn is_below(path: &str, prefix: &str) -> bool {
    let rest = path.strip_prefix(prefix);
    rest.is_some_and(|it| it.is_empty() || it.starts_with('/'))
}

/// Events in the words of the dialects.
pub struct Dialects;

impl Envelopes for Dialects {
    fn envelope(&self, form: WebhookForm, event: &Event) -> Option<Envelope> {
        let dialect = DIALECTS.iter().find(|it| it.webhooks.form == form)?;
        (dialect.webhooks.envelope)(event)
    }

    fn event_name(&self, form: WebhookForm, kind: EventKind) -> Option<&'static str> {
        let dialect = DIALECTS.iter().find(|it| it.webhooks.form == form)?;
        (dialect.webhooks.name)(kind)
    }

    fn header_prefixes(&self) -> Vec<&'static str> {
        let prefixes = DIALECTS.iter().flat_map(|it| it.webhooks.header_prefixes);
        prefixes.copied().collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::dialect::name;

    fn of_request(path: &str, credential: Option<(&'static str, &'static str)>) -> &'static str {
        let headers = credential
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .into_iter()
            .collect();
        name(of_unknown(path, &headers))
    }

    #[test]
    fn the_path_decides_and_the_credential_where_the_path_does_not() {
        let token = Some(("authorization", "Bearer eyJ.eyJ.sig"));
        let twig = Some(("authorization", "Bearer twig_live_abc"));
        let opaque = Some(("authorization", "Bearer opaque"));
        let basic = Some(("authorization", "Basic opaque"));
        let key = Some(("x-api-key", "tw_live_abc"));
        for (path, credential, dialect) in [
            ("/api/chat", None, "twig"),
            ("/api", token, "twig"),
            ("/api/v1/agents", twig, "twig"),
            ("/api/v1/agents", opaque, "twig"),
            ("/api/v1/agents", basic, "insydr"),
            ("/api/v1/auth/login", None, "insydr"),
            ("/api/v1", token, "insydr"),
            ("/api/v10", None, "twig"),
            ("/api/public/v1/access-api-keys", None, "builder"),
            ("/api/public/v1/nothing", opaque, "builder"),
            ("/v1/agents/a", token, "builder"),
            ("/v1/agentsx", key, "builder"),
            ("/v1/kb/1", key, "twin"),
            ("/v1/nothing", token, "twin"),
            ("/v1/nothing", None, "unresolved"),
            ("/nothing", None, "unresolved"),
            ("/nothing", key, "unresolved"),
        ] {
            assert_eq!(of_request(path, credential), dialect, "{path}");
        }
        // Of what there is, the path alone tells.
        assert_eq!(name(of("/api/v1/auth/me")), "insydr");
    }
}
