//! The Twin dialect (`/v1/{twin,kb,escalations,stats,settings}`, seed 002): a deputy that answers in somebody's place.
//!
//! Quirks, as documented: a deletion answers 200; a question that is too long is 400, one too many for the month 402;
//! `Retry-After` comes with 429, and with 503 as an extension; lists take `limit`, and a cursor as an extension.

pub mod ask;
pub mod caller;
pub mod envelope;
pub mod error;
pub mod escalations;
pub mod kb;
pub mod limit;
pub mod settings;
pub mod stats;

pub use error::{ApiError, ApiResult};

use crate::page::limit_hint;
use crate::route::{Access, Route, delete, get, patch, post, put};
use edge_model::key::KeyKind;

/// Returns the routes, in the order of the document.
pub fn routes() -> Vec<Route> {
    const ACCESS: Access = Access::Program(KeyKind::Twin);
    const KB: &str = "/v1/kb";
    const DOCUMENT: &str = "/v1/kb/{document_id}";
    const LIMIT: (&str, &str) = ("limit", limit_hint!(limit::ROWS));
    const CURSOR: (&str, &str) = ("cursor", "Extension: `nextCursor` of the page before");
    const KB_FILTERS: [(&str, &str); 3] = [("type", "sop, policy, email, slack, drive or note"), LIMIT, CURSOR];
    const FILTERS: [(&str, &str); 3] = [("status", "open, resolved or all; open when absent"), LIMIT, CURSOR];
    vec![
        post("/v1/twin", ask::ask, ACCESS, "Ask the twin")
            .takes::<ask::Ask>()
            .gives::<ask::Answer>(200)
            .rebuilt_by(ask::ask_again),
        get(KB, kb::list, ACCESS, "List the knowledge base")
            .query(&KB_FILTERS)
            .gives::<kb::DocList>(200),
        post(KB, kb::create, ACCESS, "Add a document")
            .takes::<kb::CreateDoc>()
            .gives::<kb::OneDoc>(201),
        get(DOCUMENT, kb::show, ACCESS, "Get a document").gives::<kb::OneDoc>(200),
        put(DOCUMENT, kb::update, ACCESS, "Change a document")
            .takes::<kb::UpdateDoc>()
            .gives::<kb::OneDoc>(200)
            .extension(),
        delete(DOCUMENT, kb::delete, ACCESS, "Delete a document").gives::<kb::Deleted>(200),
        get("/v1/escalations", escalations::list, ACCESS, "List escalations")
            .query(&FILTERS)
            .gives::<escalations::EscalationList>(200),
        patch(
            "/v1/escalations/{escalation_id}",
            escalations::update,
            ACCESS,
            "Resolve an escalation",
        )
        .takes::<escalations::UpdateEscalation>()
        .gives::<escalations::OneEscalation>(200),
        get("/v1/stats", stats::show, ACCESS, "Usage statistics").gives::<stats::Stats>(200),
        get("/v1/settings", settings::show, ACCESS, "How the twin answers")
            .gives::<settings::Settings>(200)
            .extension(),
        put("/v1/settings", settings::update, ACCESS, "Change how the twin answers")
            .takes::<settings::UpdateSettings>()
            .gives::<settings::Settings>(200)
            .extension(),
    ]
}
