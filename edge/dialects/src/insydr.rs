//! The Insydr dialect (`/api/v1/*`, seed 004): accounts, workspaces, knowledge, agents, the widget.
//!
//! Quirks, as documented: `verify-otp` answers without `token_type`, `login` with it; the list of API keys has no
//! `total` in the document (we add one); an upload answers 202.

pub mod agent_versions;
pub mod agents;
pub mod agents_wire;
pub mod analytics;
mod analytics_wire;
pub mod api_keys;
pub mod auth;
pub mod caller;
pub mod collections;
pub mod conversations;
pub mod csv;
pub mod document_versions;
pub mod documents;
pub mod envelope;
pub mod error;
pub mod escalations;
pub mod events;
pub mod members;
pub mod messages;
pub mod operator;
pub mod page;
mod provenance;
mod revision;
pub mod sites;
pub mod upload;
pub mod usage;
pub mod webhooks;
pub mod widget;
pub mod workspaces;

pub use error::{ApiError, ApiResult};

use crate::page::limit_hint;
use crate::route::{Access, Route, delete, get, patch, post, put};
use shared as wire;
use shared::limits::{SHORT_ROWS, TEXT_ROWS};

/// The query of every list: extensions.
const PAGE: [(&str, &str); 2] = [
    ("limit", limit_hint!(SHORT_ROWS)),
    ("cursor", "`next_cursor` of the page before"),
];
/// The query of every list whose rows have texts that anybody may have written: extensions.
const TEXTS_PAGE: [(&str, &str); 2] = [
    ("limit", limit_hint!(TEXT_ROWS)),
    ("cursor", "`next_cursor` of the page before"),
];

/// Returns the routes, in the order of the document.
pub fn routes() -> Vec<Route> {
    let mut routes = authentication();
    routes.extend(tenancy());
    routes.extend(agent_routes());
    routes.extend(knowledge());
    routes.push(trace());
    routes.extend(handover());
    routes.extend(webhook_routes());
    routes.extend(public());
    routes.extend(analytics::routes());
    routes.extend(members::routes());
    routes.extend(agent_versions::routes());
    routes.extend(document_versions::routes());
    routes.extend(sites::routes());
    routes.extend(conversations::routes());
    routes.extend(usage::routes());
    routes
}

fn authentication() -> Vec<Route> {
    use wire::auth::{
        DeleteMe, EmailOnly, LoggedIn, Login, Me, ResendOtp, ResetPassword, SignedUp, Signup, UpdateMe, Verified,
        VerifyOtp,
    };
    use wire::error::Message;
    let open = Access::Open;
    vec![
        post("/api/v1/auth/signup", auth::sign_up, open, "Register an account")
            .takes::<Signup>()
            .gives::<SignedUp>(201),
        post("/api/v1/auth/login", auth::log_in, open, "Sign in")
            .takes::<Login>()
            .gives::<LoggedIn>(200),
        post(
            "/api/v1/auth/verify-otp",
            auth::verify_otp,
            open,
            "Confirm an address with the code mailed to it",
        )
        .takes::<VerifyOtp>()
        .gives::<Verified>(200),
        get("/api/v1/auth/me", auth::me, Access::Account, "Who is signed in").gives::<Me>(200),
        patch("/api/v1/auth/me", auth::update_me, Access::Account, "Change one's name")
            .takes::<UpdateMe>()
            .gives::<Me>(200)
            .extension(),
        delete(
            "/api/v1/auth/me",
            auth::delete_me,
            Access::Account,
            "Delete one's account",
        )
        .control()
        .takes::<DeleteMe>()
        .gives::<Message>(200)
        .extension(),
        post("/api/v1/auth/logout", auth::log_out, Access::Account, "End the session")
            .control()
            .gives::<Message>(200)
            .extension(),
        post("/api/v1/auth/resend-otp", auth::resend_otp, open, "Mail another code")
            .takes::<ResendOtp>()
            .gives::<Message>(200)
            .extension(),
        post(
            "/api/v1/auth/forgot-password",
            auth::forgot_password,
            open,
            "Mail a code and a link for a new password",
        )
        .takes::<EmailOnly>()
        .gives::<Message>(200)
        .extension(),
        post(
            "/api/v1/auth/reset-password",
            auth::reset_password,
            open,
            "Set a new password with a mailed code or link",
        )
        .takes::<ResetPassword>()
        .gives::<Message>(200)
        .extension(),
    ]
}

fn tenancy() -> Vec<Route> {
    use wire::error::Message;
    use wire::key::{CreateKey, CreatedKey, KeyDetail, KeyList, RevokedKey};
    use wire::workspace::{CreateWorkspace, CreatedWorkspace, UpdateWorkspace, Workspace, WorkspaceList};
    const ONE: &str = "/api/v1/workspaces/{workspace_id}";
    const KEYS: &str = "/api/v1/workspaces/{workspace_id}/api-keys";
    const KEY: &str = "/api/v1/workspaces/{workspace_id}/api-keys/{key_id}";
    vec![
        post(
            "/api/v1/workspaces",
            workspaces::create,
            Access::Account,
            "Create a workspace",
        )
        .takes::<CreateWorkspace>()
        .gives::<CreatedWorkspace>(201),
        get(
            "/api/v1/workspaces",
            workspaces::list,
            Access::Account,
            "List one's workspaces",
        )
        .query(&PAGE)
        .gives::<WorkspaceList>(200),
        get(ONE, workspaces::show, Access::Member, "Get a workspace").gives::<Workspace>(200),
        patch(
            ONE,
            workspaces::update,
            Access::Member,
            "Change a workspace (owner, admin)",
        )
        .takes::<UpdateWorkspace>()
        .gives::<Workspace>(200),
        delete(ONE, workspaces::delete, Access::Member, "Delete a workspace (owner)")
            .control()
            .gives::<Message>(200),
        post(KEYS, api_keys::create, Access::Member, "Make an API key (owner, admin)")
            .takes::<CreateKey>()
            .gives::<CreatedKey>(201),
        get(KEYS, api_keys::list, Access::Member, "List API keys")
            .query(&PAGE)
            .gives::<KeyList>(200),
        get(
            KEY,
            api_keys::show,
            Access::Member,
            "Get an API key, what it may do and what it has made",
        )
        .gives::<KeyDetail>(200)
        .extension(),
        delete(
            KEY,
            api_keys::revoke,
            Access::Member,
            "Revoke an API key with the webhooks that it made (owner, admin)",
        )
        .control()
        .query(&provenance::KEEP_OF_KEY)
        .gives::<RevokedKey>(200),
    ]
}

fn agent_routes() -> Vec<Route> {
    use wire::agent::{Agent, AgentList, CreateAgent, CreatedAgent, Published, TestAnswer, TestMessage, UpdateAgent};
    const ALL: &str = "/api/v1/workspaces/{workspace_id}/agents";
    const ONE: &str = "/api/v1/workspaces/{workspace_id}/agents/{agent_id}";
    const FILTERS: [(&str, &str); 4] = [
        ("status", "DRAFT, PUBLISHED or ARCHIVED"),
        ("type", "An agent type"),
        PAGE[0],
        PAGE[1],
    ];
    vec![
        post(ALL, agents::create, Access::Member, "Create an agent")
            .takes::<CreateAgent>()
            .gives::<CreatedAgent>(201),
        get(ALL, agents::list, Access::Member, "List agents")
            .query(&FILTERS)
            .gives::<AgentList>(200),
        get(ONE, agents::show, Access::Member, "Get an agent").gives::<Agent>(200),
        patch(ONE, agents::update, Access::Member, "Change an agent's draft")
            .takes::<UpdateAgent>()
            .gives::<Agent>(200),
        post(
            "/api/v1/workspaces/{workspace_id}/agents/{agent_id}/publish",
            agents::publish,
            Access::Member,
            "Publish an agent's draft",
        )
        .gives::<Published>(200),
        post(
            "/api/v1/workspaces/{workspace_id}/agents/{agent_id}/test",
            agents::test,
            Access::Member,
            "Ask an agent's draft",
        )
        .takes::<TestMessage>()
        .gives::<TestAnswer>(200)
        .answered_anew(),
    ]
}

fn knowledge() -> Vec<Route> {
    use wire::error::Message;
    use wire::knowledge::{
        AcceptedDocument, AcceptedReprocess, Collection, CollectionList, CreateCollection, Document, DocumentList,
        UpdateCollection,
    };
    const COLLECTIONS: &str = "/api/v1/workspaces/{workspace_id}/collections";
    const COLLECTION: &str = "/api/v1/workspaces/{workspace_id}/collections/{collection_id}";
    const DOCUMENTS: &str = "/api/v1/workspaces/{workspace_id}/documents";
    const DOCUMENT: &str = "/api/v1/workspaces/{workspace_id}/documents/{document_id}";
    const FILTERS: [(&str, &str); 5] = [
        ("collection_id", "A collection"),
        ("status", "PROCESSING, COMPLETED or FAILED"),
        ("search", "Part of the title"),
        PAGE[0],
        PAGE[1],
    ];
    vec![
        post(COLLECTIONS, collections::create, Access::Member, "Create a collection")
            .takes::<CreateCollection>()
            .gives::<Collection>(201),
        get(COLLECTIONS, collections::list, Access::Member, "List collections")
            .gives::<CollectionList>(200)
            .extension(),
        patch(COLLECTION, collections::update, Access::Member, "Change a collection")
            .takes::<UpdateCollection>()
            .gives::<Collection>(200)
            .extension(),
        delete(
            COLLECTION,
            collections::delete,
            Access::Member,
            "Delete a collection and its documents",
        )
        .control()
        .gives::<Message>(200)
        .extension(),
        post(DOCUMENTS, documents::upload, Access::Member, "Upload a document")
            .takes_form::<upload::Form>()
            .gives::<AcceptedDocument>(202),
        get(DOCUMENTS, documents::list, Access::Member, "List documents")
            .query(&FILTERS)
            .gives::<DocumentList>(200),
        get(DOCUMENT, documents::show, Access::Member, "Get a document").gives::<Document>(200),
        delete(DOCUMENT, documents::delete, Access::Member, "Delete a document")
            .control()
            .gives::<Message>(200),
        post(
            "/api/v1/workspaces/{workspace_id}/documents/{document_id}/reprocess",
            documents::reprocess,
            Access::Member,
            "Process a document again",
        )
        .gives::<AcceptedReprocess>(202),
    ]
}

fn trace() -> Route {
    get(
        "/api/v1/workspaces/{workspace_id}/messages/{message_id}/trace",
        messages::trace,
        Access::Member,
        "Explain an answer",
    )
    .gives::<wire::trace::Trace>(200)
    .extension()
}

fn handover() -> Vec<Route> {
    use wire::escalation::{Escalate, Escalated, Escalation, EscalationList, ReplyToEscalation, UpdateEscalation};
    const ALL: &str = "/api/v1/workspaces/{workspace_id}/escalations";
    const ONE: &str = "/api/v1/workspaces/{workspace_id}/escalations/{escalation_id}";
    const FILTERS: [(&str, &str); 3] = [("status", "OPEN or RESOLVED"), TEXTS_PAGE[0], TEXTS_PAGE[1]];
    vec![
        get(ALL, escalations::list, Access::Member, "List questions for a person")
            .query(&FILTERS)
            .gives::<EscalationList>(200)
            .extension(),
        get(ONE, escalations::show, Access::Member, "Get a question for a person")
            .gives::<Escalation>(200)
            .extension(),
        patch(
            ONE,
            escalations::update,
            Access::Member,
            "Resolve, assign or reopen a question for a person",
        )
        .takes::<UpdateEscalation>()
        .gives::<Escalation>(200)
        .extension(),
        post(
            "/api/v1/workspaces/{workspace_id}/escalations/{escalation_id}/reply",
            escalations::reply,
            Access::Member,
            "Reply by mail to who asked",
        )
        .takes::<ReplyToEscalation>()
        .gives::<Escalation>(200)
        .rebuilt_by(escalations::reply_again)
        .extension(),
        post(
            "/api/v1/widget/escalate",
            escalations::escalate,
            Access::Widget,
            "Ask for a person",
        )
        .takes::<Escalate>()
        .gives::<Escalated>(201)
        .rebuilt_by(escalations::escalate_again),
    ]
}

fn webhook_routes() -> Vec<Route> {
    use wire::error::Message;
    use wire::webhook::{
        CreateWebhook, CreatedWebhook, Delivery, DeliveryDetail, DeliveryList, Replay, Replayed, RotatedSecret,
        UpdateWebhook, Webhook, WebhookList,
    };
    const ALL: &str = "/api/v1/workspaces/{workspace_id}/webhooks";
    const ONE: &str = "/api/v1/workspaces/{workspace_id}/webhooks/{webhook_id}";
    const DELIVERIES: &str = "/api/v1/workspaces/{workspace_id}/webhooks/{webhook_id}/deliveries";
    const DELIVERY: &str = "/api/v1/workspaces/{workspace_id}/webhooks/{webhook_id}/deliveries/{delivery_id}";
    const FILTERS: [(&str, &str); 3] = [("status", "PENDING, DELIVERED or FAILED"), PAGE[0], PAGE[1]];
    let member = Access::Member;
    vec![
        post(ALL, webhooks::create, member, "Create a webhook (owner, admin)")
            .takes::<CreateWebhook>()
            .gives::<CreatedWebhook>(201),
        get(ALL, webhooks::list, member, "List webhooks")
            .gives::<WebhookList>(200)
            .extension(),
        get(ONE, webhooks::show, member, "Get a webhook")
            .gives::<Webhook>(200)
            .extension(),
        patch(ONE, webhooks::update, member, "Change a webhook (owner, admin)")
            .takes::<UpdateWebhook>()
            .gives::<Webhook>(200)
            .extension(),
        delete(ONE, webhooks::delete, member, "Delete a webhook (owner, admin)")
            .control()
            .gives::<Message>(200)
            .extension(),
        post(
            "/api/v1/workspaces/{workspace_id}/webhooks/{webhook_id}/test",
            webhooks::test,
            member,
            "Send a test event (owner, admin)",
        )
        .gives::<Delivery>(202)
        .extension(),
        post(
            "/api/v1/workspaces/{workspace_id}/webhooks/{webhook_id}/rotate-secret",
            webhooks::rotate_secret,
            member,
            "Replace the secret; the old one signs for another day (owner, admin)",
        )
        .gives::<RotatedSecret>(200)
        .extension(),
        post(
            "/api/v1/workspaces/{workspace_id}/webhooks/{webhook_id}/replay",
            webhooks::replay,
            member,
            "Send the events of a range again (owner, admin)",
        )
        .takes::<Replay>()
        .gives::<Replayed>(202)
        .extension(),
        get(
            DELIVERIES,
            webhooks::deliveries,
            member,
            "List what was sent to a webhook",
        )
        .query(&FILTERS)
        .gives::<DeliveryList>(200)
        .extension(),
        get(DELIVERY, webhooks::delivery, member, "Get a delivery and its attempts")
            .gives::<DeliveryDetail>(200)
            .extension(),
        post(
            "/api/v1/workspaces/{workspace_id}/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver",
            webhooks::redeliver,
            member,
            "Send an event again (owner, admin)",
        )
        .gives::<Delivery>(202)
        .extension(),
    ]
}

fn public() -> Vec<Route> {
    use wire::operator::{AuthKeys, MailSet, PlanSet, SetMail, SetPlan};
    use wire::widget::{Chat, Config, Feedback, FeedbackReceived, Frame};
    vec![
        get(
            "/api/v1/widget/config/{agent_id}",
            widget::config,
            Access::Widget,
            "What the widget shows",
        )
        .gives::<Config>(200),
        post(
            "/api/v1/widget/chat",
            widget::chat,
            Access::Widget,
            "Ask a question; the answer is streamed",
        )
        .takes::<Chat>()
        .streams::<Frame>()
        .rebuilt_by(widget::chat_again),
        get(
            "/api/v1/widget/chat/{message_id}/events",
            widget::resume,
            Access::Widget,
            "Go on with a stream that was cut off, after `Last-Event-ID`",
        )
        .streams::<Frame>()
        .extension(),
        post(
            "/api/v1/widget/feedback",
            widget::feedback,
            Access::Widget,
            "Say what one thinks of an answer",
        )
        .takes::<Feedback>()
        .gives::<FeedbackReceived>(201)
        .rebuilt_by(widget::feedback_again),
        put(
            "/api/v1/operator/workspaces/{workspace_id}/plan",
            operator::set_plan,
            Access::Operator,
            "Change a workspace's plan",
        )
        .control()
        .takes::<SetPlan>()
        .gives::<PlanSet>(200)
        .extension(),
        put(
            "/api/v1/operator/workspaces/{workspace_id}/mail",
            operator::set_mail,
            Access::Operator,
            "Stop a workspace's mail, or let it flow again",
        )
        .takes::<SetMail>()
        .gives::<MailSet>(200)
        .extension(),
        get(
            "/api/v1/operator/auth-keys",
            operator::auth_keys,
            Access::Operator,
            "How a change of AUTH_SECRET stands",
        )
        .gives::<AuthKeys>(200)
        .extension(),
    ]
}
