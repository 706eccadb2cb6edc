//! An agent that is being edited: what is saved, what is typed, and the errands between them.
use crate::api::{AuthorizedApi, CHANGED_MEANWHILE};
use crate::components::field::{Bound, accept};
use crate::components::toast::Toasts;
use crate::remote::PendingRequest;
use crate::shell::CurrentWorkspace;
use crate::state::agents::{Draft, Service};
use crate::state::problems::Problems;
use leptos::prelude::*;
use shared::agent::{Agent, UpdateAgent};
use shared::knowledge::CollectionList;

/// Fields whose refusals have a place in the form.
const SHOWN: [&str; 11] = [
    "name",
    "description",
    "max_response_length",
    "greeting_message",
    "fallback_message",
    "collection_ids",
    "primary_color",
    "border_radius",
    "greeting_delay",
    "suggested_questions",
    "avatar_url",
];

/// The editor's state.
#[derive(Clone, Copy)]
pub struct Editing {
    pub current: CurrentWorkspace,
    /// As the server has it.
    pub agent: RwSignal<Agent>,
    pub collections: StoredValue<CollectionList>,
    /// As it is typed.
    pub draft: RwSignal<Draft>,
    pub dirty: Memo<bool>,
    pub problems: RwSignal<Problems>,
    pub saving: PendingRequest,
    pub publishing: PendingRequest,
    /// The refusal of the server, if another person changed the agent after it was loaded.
    pub conflict: RwSignal<Option<String>>,
    pub reloading: PendingRequest,
    pub api: AuthorizedApi,
    toasts: Toasts,
}

impl Editing {
    /// Begins with the agent as it is saved.
    pub fn begin(agent: Agent, collections: CollectionList) -> Self {
        let draft = RwSignal::new(Draft::of(&agent));
        let agent = RwSignal::new(agent);
        let dirty = Memo::new(move |_| {
            let saved = agent.with(Draft::of);
            draft.with(|draft| draft.changes(&saved) != UpdateAgent::default())
        });
        Self {
            current: expect_context::<CurrentWorkspace>(),
            agent,
            collections: StoredValue::new(collections),
            draft,
            dirty,
            problems: RwSignal::new(Problems::default()),
            saving: PendingRequest::default(),
            publishing: PendingRequest::default(),
            conflict: RwSignal::new(None),
            reloading: PendingRequest::default(),
            api: expect_context::<AuthorizedApi>(),
            toasts: expect_context::<Toasts>(),
        }
    }

    /// Binds one text of the draft.
    pub fn text(self, get: fn(&Draft) -> &String, set: fn(&mut Draft) -> &mut String) -> Bound {
        Bound::part(
            self.draft,
            move |draft| get(draft).clone(),
            move |draft, text| *set(draft) = text,
        )
    }

    /// Returns what visitors get of the agent. Tracked.
    pub fn service(self) -> Service {
        self.agent
            .with(|agent| Service::of(&agent.status, agent.has_unpublished_changes))
    }

    /// Saves the draft.
    pub fn save(self) {
        let toasts = self.toasts;
        self.save_then(move || toasts.good("The draft is saved."));
    }

    /// Saves the draft if it has changed, then goes on. The server refuses it if another person changed the agent
    /// meanwhile.
    pub fn save_then(self, then: impl FnOnce() + 'static) {
        self.send(Some(self.revision()), then);
    }

    /// Saves what was typed and overwrites the other person's changes of the same fields. Other fields keep their
    /// changes.
    pub fn save_over(self) {
        self.conflict.set(None);
        let toasts = self.toasts;
        self.send(None, move || toasts.good("Your changes are saved over the others."));
    }

    fn send(self, seen: Option<u64>, then: impl FnOnce() + 'static) {
        if !self.dirty.get_untracked() {
            then();
            return;
        }
        let sent = self.draft.get_untracked();
        if !accept(sent.problems(), self.problems) {
            self.toasts
                .bad("Some settings need another look before they can be saved.");
            return;
        }
        let saved = self.agent.with_untracked(Draft::of);
        let (workspace, id) = (self.current.id_now(), self.id());
        let request = async move {
            self.api
                .update_agent(&workspace, &id, &sent.changes(&saved), seen)
                .await
                .map(|agent| (agent, sent))
        };
        self.saving.run(request, move |outcome| match outcome {
            Ok((agent, sent)) => {
                // Text that was typed while the draft was being saved stays.
                if self.draft.try_with_untracked(|draft| *draft == sent) == Some(true) {
                    self.draft.set(Draft::of(&agent));
                }
                let _gone = self.agent.try_set(agent);
                then();
            }
            Err(error) if error.code == CHANGED_MEANWHILE => {
                let _gone = self.conflict.try_set(Some(error.detail));
            }
            Err(error) => {
                let mut error = error;
                error.field = error
                    .field
                    .and_then(|field| field.rsplit('.').next().map(str::to_owned));
                let problems = Problems::refused(&error, &SHOWN);
                if problems.of("").is_some() {
                    self.toasts.refused(&error);
                }
                let _fine = accept(problems, self.problems);
            }
        });
    }

    /// Loads the other person's version and discards unsaved changes.
    pub fn reload(self) {
        let (workspace, id) = (self.current.id_now(), self.id());
        let request = async move { self.api.agent(&workspace, &id).await };
        self.reloading.run(request, move |outcome| match outcome {
            Ok(agent) => {
                let _gone = self.draft.try_set(Draft::of(&agent));
                let _gone = self.agent.try_set(agent);
                let _gone = self.problems.try_set(Problems::default());
                let _gone = self.conflict.try_set(None);
            }
            Err(error) => self.toasts.refused(&error),
        });
    }

    /// Saves what is unsaved and puts the draft into service.
    pub fn publish(self) {
        self.save_then(move || {
            let (workspace, id, seen) = (self.current.id_now(), self.id(), self.revision());
            let request = async move {
                let published = self.api.publish_agent(&workspace, &id, seen).await?;
                let agent = self.api.agent(&workspace, &id).await?;
                Ok((published, agent))
            };
            self.publishing.run(request, move |outcome| match outcome {
                Ok((published, agent)) => {
                    let _gone = self.agent.try_set(agent);
                    self.toasts.good(&format!("Version {} is live.", published.version));
                }
                Err(error) if error.code == CHANGED_MEANWHILE => {
                    let _gone = self.conflict.try_set(Some(error.detail));
                }
                Err(error) => self.toasts.refused(&error),
            });
        });
    }

    /// Goes back to what is saved.
    pub fn discard(self) {
        self.draft.set(self.agent.with_untracked(Draft::of));
        self.problems.set(Problems::default());
    }

    /// Returns the revision that was loaded or saved last. Not tracked.
    fn revision(self) -> u64 {
        self.agent.with_untracked(|agent| agent.revision)
    }

    /// Returns the agent's id. Not tracked.
    pub fn id(self) -> String {
        self.agent.with_untracked(|agent| agent.id.clone())
    }
}
