//! Where personal data can lie: every column with text is in this list, and every place of it in the documentation.
use crate::harness::TestApp;
use std::collections::BTreeSet;

/// Whose data a column can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    /// Ids, words of ours, numbers: nothing that a person has said or is called.
    Nothing,
    /// What a visitor has said, or is known by: it goes with the visitor, the conversation, and by retention.
    Visitor,
    /// Name, address or credentials of a member: it goes with the account.
    Member,
    /// What a workspace has made or was given: it goes with the workspace.
    Workspace,
    /// What was read in public of a website: it goes 30 days after the last crawl.
    Website,
}

use Holds::{Member, Nothing, Visitor, Website, Workspace};

/// Table, columns, whose data.
pub(crate) const PLACES: &[(&str, &str, Holds)] = &[
    ("accounts", "email full_name password_hash", Member),
    ("accounts", "id", Nothing),
    ("agent_versions", "agent_id workspace_id", Nothing),
    ("agent_versions", "config", Workspace),
    (
        "agents",
        "id workspace_id agent_type status updated_by_account_id updated_by_key_id",
        Nothing,
    ),
    ("agents", "name draft", Workspace),
    ("api_keys", "id workspace_id kind created_by_account_id", Nothing),
    (
        "api_keys",
        "name hash display allowed_domains last_used_network",
        Workspace,
    ),
    ("attempts", "workspace_id work", Nothing),
    ("auth_keys", "id", Nothing),
    // Networks are there as keyed hashes.
    ("code_tries", "code_id tried_by", Nothing),
    ("collections", "id workspace_id", Nothing),
    ("collections", "name description", Workspace),
    ("conversations", "id workspace_id agent_id channel scope", Nothing),
    ("conversations", "session_key page_url user_agent", Visitor),
    ("crawl_hosts", "origin rules", Website),
    (
        "crawl_pages",
        "source_id workspace_id kind shape state reason document_id",
        Nothing,
    ),
    (
        "crawl_pages",
        "url origin leads_to title etag last_modified links",
        Workspace,
    ),
    ("deliveries", "id workspace_id webhook_id event_id status", Nothing),
    ("delivery_attempts", "delivery_id workspace_id", Nothing),
    ("delivery_attempts", "url headers error response", Visitor),
    ("deputies", "workspace_id agent_id", Nothing),
    ("deputies", "owner_name", Workspace),
    (
        "document_versions",
        "document_id workspace_id collection_id media_type",
        Nothing,
    ),
    ("document_versions", "content_hash title file_name", Workspace),
    (
        "documents",
        "id workspace_id collection_id source_type media_type status stage language kind source_id",
        Nothing,
    ),
    (
        "documents",
        "title source_url file_name content_hash error preview",
        Workspace,
    ),
    (
        "escalations",
        "id workspace_id agent_id conversation_id message_id reason reason_text status assignee_id document_id reply_status",
        Nothing,
    ),
    ("escalations", "question asked_by email reply session_key", Visitor),
    ("events", "id workspace_id kind agent_id", Nothing),
    ("events", "data session_key", Visitor),
    ("feedback", "message_id id workspace_id agent_id", Nothing),
    ("feedback", "comment", Visitor),
    // The batch is a statement of ours; the fingerprint is a MAC of the body, with a key that the rows do not hold.
    ("idempotency_effects", "request_id batch fingerprint", Nothing),
    ("idempotency_keys", "id holder fingerprint seed reference", Nothing),
    ("idempotency_keys", "sealed_answer", Workspace),
    ("idempotency_subjects", "request_id subject", Nothing),
    ("index_snapshots", "workspace_id", Nothing),
    ("index_snapshots", "manifest", Workspace),
    ("invitations", "id workspace_id role invited_by", Nothing),
    ("invitations", "email", Workspace),
    ("jobs", "id workspace_id", Nothing),
    ("jobs", "task last_error", Member),
    ("key_hashes", "hash key_id workspace_id", Nothing),
    // Addresses are there as hashes.
    (
        "mail_ledger",
        "id recipient kind workspace_id account_id subject_id",
        Nothing,
    ),
    ("mail_recipients", "workspace_id recipient", Nothing),
    ("mail_unsubscribes", "recipient", Nothing),
    ("memberships", "workspace_id account_id role", Nothing),
    (
        "messages",
        "id workspace_id conversation_id agent_id author status",
        Nothing,
    ),
    ("messages", "text citations trace", Visitor),
    (
        "mailed_codes",
        "id purpose account_id sign_up_id network block used_by",
        Nothing,
    ),
    ("mailed_codes", "email mailbox", Member),
    ("plan_quotas", "plan resource", Nothing),
    ("question_resolutions", "workspace_id", Nothing),
    ("question_resolutions", "question_hash", Visitor),
    ("sessions", "id account_id", Nothing),
    ("sign_ups", "id network replaced_by", Nothing),
    ("sign_ups", "email full_name password_hash", Member),
    ("sources", "id workspace_id collection_id kind refresh status", Nothing),
    (
        "sources",
        "name url include_patterns exclude_patterns allowed_hosts error",
        Workspace,
    ),
    ("usage", "workspace_id resource", Nothing),
    (
        "webhooks",
        "id workspace_id form agent_id events disabled_because created_by_account_id created_by_key_id",
        Nothing,
    ),
    (
        "webhooks",
        "name url header_names sealed_headers sealed_secret sealed_old_secret",
        Workspace,
    ),
    ("workspaces", "id plan owner_id embedder database", Nothing),
    ("workspaces", "name slug logo_url timezone settings", Workspace),
];

/// Places outside of the database, as the documentation calls them.
const OTHER_PLACES: [&str; 4] = ["KV", "`LimiterDo`", "The log", "Backups"];

#[test]
fn every_column_with_text_is_in_the_list_of_places() {
    let columns =
        "SELECT tables.name || '.' || columns.name FROM sqlite_master AS tables, pragma_table_info(tables.name)
            AS columns WHERE tables.type = 'table' AND columns.type NOT IN ('INTEGER', 'REAL')";
    let there: BTreeSet<String> = TestApp::new().sql.column(columns).into_iter().collect();
    let mut listed = BTreeSet::new();
    for (table, columns, _) in PLACES {
        for column in columns.split(' ') {
            assert!(
                listed.insert(format!("{table}.{column}")),
                "{table}.{column} is listed twice"
            );
        }
    }
    let missing: Vec<_> = there.difference(&listed).collect();
    assert!(missing.is_empty(), "say in PLACES what these can hold: {missing:?}");
    let gone: Vec<_> = listed.difference(&there).collect();
    assert!(gone.is_empty(), "there are no such columns: {gone:?}");
}

#[test]
fn every_place_of_personal_data_is_documented() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../public/docs/security.md");
    let page = std::fs::read_to_string(path).unwrap();
    let section = page
        .split("\n## ")
        .find(|it| it.starts_with("Where can personal data be?"))
        .unwrap();
    let rows: Vec<&str> = section.lines().filter(|it| it.starts_with('|')).collect();
    let tables = PLACES
        .iter()
        .filter(|it| it.2 != Nothing)
        .map(|it| format!("`{}`", it.0));
    let tables: BTreeSet<String> = tables.chain(OTHER_PLACES.map(str::to_owned)).collect();
    for place in tables {
        assert!(
            rows.iter().any(|it| it.contains(&place)),
            "{place} is in no row of the table"
        );
    }
}
