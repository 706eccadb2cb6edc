//! The operations that need a session, one method for each.
use super::{AuthorizedApi, Outcome, upload, written};
use crate::paths::encode;
use crate::state::documents::Filter;
use crate::state::keys;
use gloo_net::http::Method;
use shared::agent::{Agent, AgentList, CreateAgent, CreatedAgent, Published, TestAnswer, TestMessage, UpdateAgent};
use shared::auth::{Me, UpdateMe};
use shared::error::Message;
use shared::key::{CreateKey, CreatedKey, KeyDetail, KeyList, RevokedKey};
use shared::knowledge::{
    AcceptedDocument, AcceptedReprocess, Collection, CollectionList, CreateCollection, Document, DocumentList,
    UpdateCollection,
};
use shared::limits::SHORT_ROWS;
use shared::workspace::{CreateWorkspace, CreatedWorkspace, UpdateWorkspace, Workspace, WorkspaceList};

fn in_workspace(workspace: &str, rest: &str) -> String {
    format!("/workspaces/{}{rest}", encode(workspace))
}

fn one(workspace: &str, noun: &str, id: &str, verb: &str) -> String {
    in_workspace(workspace, &format!("/{noun}/{}{verb}", encode(id)))
}

/// The account.
impl AuthorizedApi {
    /// Returns the account.
    pub async fn me(self) -> Outcome<Me> {
        self.get("/auth/me").await
    }

    /// Changes the account.
    pub async fn update_me(self, change: &UpdateMe) -> Outcome<Me> {
        self.patch("/auth/me", change).await
    }

    /// Revokes the session on the server.
    pub async fn sign_out(self) -> Outcome<Message> {
        self.trigger("/auth/logout").await
    }
}

/// Workspaces and their keys.
impl AuthorizedApi {
    /// Returns the workspaces that the account belongs to.
    pub async fn workspaces(self) -> Outcome<WorkspaceList> {
        self.get("/workspaces").await
    }

    /// Makes a workspace.
    pub async fn create_workspace(self, new: &CreateWorkspace) -> Outcome<CreatedWorkspace> {
        self.post("/workspaces", new).await
    }

    /// Returns a workspace.
    pub async fn workspace(self, workspace: &str) -> Outcome<Workspace> {
        self.get(&in_workspace(workspace, "")).await
    }

    /// Changes a workspace.
    pub async fn update_workspace(self, workspace: &str, change: &UpdateWorkspace) -> Outcome<Workspace> {
        self.patch(&in_workspace(workspace, ""), change).await
    }

    /// Deletes a workspace with everything in it.
    pub async fn delete_workspace(self, workspace: &str) -> Outcome<()> {
        self.delete(&in_workspace(workspace, "")).await
    }

    /// Returns the keys of a workspace, without their secrets: at least all that are not revoked, which come first.
    pub async fn keys(self, workspace: &str) -> Outcome<KeyList> {
        let mut list: KeyList = self.get(&in_workspace(workspace, "/api-keys")).await?;
        while let Some(cursor) = list.next_cursor.take().filter(|_| keys::may_have_more(&list.api_keys)) {
            let path = in_workspace(workspace, &format!("/api-keys?cursor={}", encode(&cursor)));
            let more: KeyList = self.get(&path).await?;
            list.api_keys.extend(more.api_keys);
            list.next_cursor = more.next_cursor;
        }
        Ok(list)
    }

    /// Makes a key. Its secret is in this answer and in no other.
    pub async fn create_key(self, workspace: &str, new: &CreateKey) -> Outcome<CreatedKey> {
        self.post(&in_workspace(workspace, "/api-keys"), new).await
    }

    /// Returns a key with what it may do and what it has made.
    pub async fn key(self, workspace: &str, key: &str) -> Outcome<KeyDetail> {
        self.get(&one(workspace, "api-keys", key, "")).await
    }

    /// Revokes a key, at once, with the webhooks that it made or without.
    pub async fn revoke_key(self, workspace: &str, key: &str, keep_webhooks: bool) -> Outcome<RevokedKey> {
        let query = if keep_webhooks { "?keep=webhooks" } else { "" };
        self.delete_for(&one(workspace, "api-keys", key, query)).await
    }
}

/// Agents.
impl AuthorizedApi {
    /// Returns the agents of a workspace.
    pub async fn agents(self, workspace: &str) -> Outcome<AgentList> {
        self.get(&in_workspace(workspace, "/agents")).await
    }

    /// Makes an agent.
    pub async fn create_agent(self, workspace: &str, new: &CreateAgent) -> Outcome<CreatedAgent> {
        self.post(&in_workspace(workspace, "/agents"), new).await
    }

    /// Returns an agent's draft.
    pub async fn agent(self, workspace: &str, agent: &str) -> Outcome<Agent> {
        self.get(&one(workspace, "agents", agent, "")).await
    }

    /// Changes an agent's draft, while the agent is at the revision that was seen; with none, whatever it is at.
    pub async fn update_agent(
        self,
        workspace: &str,
        agent: &str,
        change: &UpdateAgent,
        seen: Option<u64>,
    ) -> Outcome<Agent> {
        let path = one(workspace, "agents", agent, "");
        let body = Some(written(change)?);
        self.change_seen(Method::PATCH, &path, body, seen).await
    }

    /// Puts an agent's draft into service, while the agent is at the revision that was seen.
    pub async fn publish_agent(self, workspace: &str, agent: &str, seen: u64) -> Outcome<Published> {
        let path = one(workspace, "agents", agent, "/publish");
        self.change_seen(Method::POST, &path, None, Some(seen)).await
    }

    /// Asks an agent's draft.
    pub async fn test_agent(self, workspace: &str, agent: &str, question: &TestMessage) -> Outcome<TestAnswer> {
        self.post(&one(workspace, "agents", agent, "/test"), question).await
    }
}

/// Collections and documents.
impl AuthorizedApi {
    /// Returns the collections of a workspace.
    pub async fn collections(self, workspace: &str) -> Outcome<CollectionList> {
        self.get(&in_workspace(workspace, "/collections")).await
    }

    /// Makes a collection.
    pub async fn create_collection(self, workspace: &str, new: &CreateCollection) -> Outcome<Collection> {
        self.post(&in_workspace(workspace, "/collections"), new).await
    }

    /// Changes a collection.
    pub async fn update_collection(self, workspace: &str, id: &str, change: &UpdateCollection) -> Outcome<Collection> {
        self.patch(&one(workspace, "collections", id, ""), change).await
    }

    /// Deletes a collection.
    pub async fn delete_collection(self, workspace: &str, id: &str) -> Outcome<()> {
        self.delete(&one(workspace, "collections", id, "")).await
    }

    /// Returns the first `wanted` documents, in as many requests as the server needs.
    pub async fn documents(self, workspace: &str, filter: &Filter, wanted: usize) -> Outcome<DocumentList> {
        let page = |listed: usize, cursor: Option<&str>| {
            let most = usize::try_from(SHORT_ROWS.most).unwrap_or(usize::MAX);
            let limit = wanted.saturating_sub(listed).min(most);
            in_workspace(workspace, &format!("/documents{}", filter.request(limit, cursor)))
        };
        let mut list: DocumentList = self.get(&page(0, None)).await?;
        while list.documents.len() < wanted
            && let Some(cursor) = list.next_cursor.take()
        {
            let more: DocumentList = self.get(&page(list.documents.len(), Some(&cursor))).await?;
            list.documents.extend(more.documents);
            list.next_cursor = more.next_cursor;
        }
        Ok(list)
    }

    /// Returns a document with its versions and its first passages.
    pub async fn document(self, workspace: &str, id: &str) -> Outcome<Document> {
        self.get(&one(workspace, "documents", id, "")).await
    }

    /// Deletes a document.
    pub async fn delete_document(self, workspace: &str, id: &str) -> Outcome<()> {
        self.delete(&one(workspace, "documents", id, "")).await
    }

    /// Reads a document once more.
    pub async fn reprocess_document(self, workspace: &str, id: &str) -> Outcome<AcceptedReprocess> {
        self.trigger(&one(workspace, "documents", id, "/reprocess")).await
    }

    /// Sends a file into a collection; `progress` hears in per cent how much has been sent.
    pub async fn upload_document(
        self,
        workspace: &str,
        collection: &str,
        file: &web_sys::File,
        progress: impl Fn(u32) + 'static,
    ) -> Outcome<AcceptedDocument> {
        upload::send(
            self.0,
            &in_workspace(workspace, "/documents"),
            collection,
            file,
            progress,
        )
        .await
    }
}
