//! The way from an empty workspace to an answering widget, and how much of it has been walked.

/// What a workspace has of each step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Documents that can be answered from.
    pub documents_ready: u64,
    /// Documents on their way.
    pub documents_processing: u64,
    /// Agents, of whatever status.
    pub agents: u64,
    /// Whether an agent has been asked something here.
    pub tested: bool,
    /// Whether an agent is published.
    pub published: bool,
    /// Active keys for the widget.
    pub widget_keys: u64,
    /// Whether one of them has been used.
    pub widget_seen: bool,
}

/// One step of the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Upload documents.
    Knowledge,
    /// Make an agent.
    Agent,
    /// Ask it something.
    Test,
    /// Put it into service.
    Publish,
    /// Put the widget on a page.
    Embed,
}

/// How far a step has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is done.
    Done,
    /// It has begun, and goes on by itself.
    UnderWay,
    /// It is the first that is not done.
    Next,
    /// Something comes before it.
    Later,
}

/// All steps, in the order of the way.
pub const STEPS: [Step; 5] = [Step::Knowledge, Step::Agent, Step::Test, Step::Publish, Step::Embed];

impl Facts {
    /// Says whether a step is done.
    pub fn done(&self, step: Step) -> bool {
        match step {
            Step::Knowledge => self.documents_ready > 0,
            Step::Agent => self.agents > 0,
            // A published agent counts as tested: a test on another device is not known here.
            Step::Test => self.agents > 0 && (self.tested || self.published),
            Step::Publish => self.published,
            Step::Embed => self.widget_seen,
        }
    }

    /// Returns how far a step has come.
    pub fn standing(&self, step: Step) -> Standing {
        if self.done(step) {
            return Standing::Done;
        }
        let under_way = match step {
            Step::Knowledge => self.documents_processing > 0,
            Step::Embed => self.published && self.widget_keys > 0,
            Step::Agent | Step::Test | Step::Publish => false,
        };
        if under_way {
            Standing::UnderWay
        } else if self.next() == Some(step) {
            Standing::Next
        } else {
            Standing::Later
        }
    }

    /// Returns the first step that waits for the person.
    pub fn next(&self) -> Option<Step> {
        STEPS.into_iter().find(|step| {
            let runs = *step == Step::Knowledge && self.documents_processing > 0;
            !self.done(*step) && !runs
        })
    }

    /// Returns how many steps are done.
    pub fn count_done(&self) -> usize {
        STEPS.into_iter().filter(|step| self.done(*step)).count()
    }

    /// Says whether the whole way has been walked.
    pub fn complete(&self) -> bool {
        self.count_done() == STEPS.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_workspace_begins_with_knowledge() {
        let facts = Facts::default();
        assert_eq!(facts.standing(Step::Knowledge), Standing::Next);
        assert_eq!(facts.standing(Step::Agent), Standing::Later);
        assert_eq!(facts.count_done(), 0);
    }

    #[test]
    fn while_documents_are_read_the_agent_can_be_made() {
        let facts = Facts {
            documents_processing: 2,
            ..Facts::default()
        };
        assert_eq!(facts.standing(Step::Knowledge), Standing::UnderWay);
        assert_eq!(facts.standing(Step::Agent), Standing::Next);
    }

    #[test]
    fn a_published_agent_counts_as_tested() {
        let facts = Facts {
            documents_ready: 1,
            agents: 1,
            published: true,
            ..Facts::default()
        };
        assert!(facts.done(Step::Test));
        assert_eq!(facts.next(), Some(Step::Embed));
    }

    #[test]
    fn a_test_without_any_agent_left_does_not_count() {
        assert!(
            !Facts {
                tested: true,
                ..Facts::default()
            }
            .done(Step::Test)
        );
    }

    #[test]
    fn the_last_step_waits_for_the_first_visit() {
        let mut facts = Facts {
            documents_ready: 1,
            agents: 1,
            tested: true,
            published: true,
            widget_keys: 1,
            ..Facts::default()
        };
        assert_eq!(facts.standing(Step::Embed), Standing::UnderWay);
        assert!(!facts.complete());
        facts.widget_seen = true;
        assert!(facts.complete());
    }
}
