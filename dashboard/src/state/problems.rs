//! What is wrong with a form, field by field.
use shared::error::Error;

/// The problems of one form. The empty name stands for the form as a whole.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Problems(Vec<(String, String)>);

impl Problems {
    /// Records why `field` will not do. The first reason for a field stays.
    pub fn add(&mut self, field: &str, why: impl Into<String>) {
        if self.of(field).is_none() {
            self.0.push((field.to_owned(), why.into()));
        }
    }

    /// Returns why `field` will not do.
    pub fn of(&self, field: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(name, _)| name == field)
            .map(|(_, why)| why.as_str())
    }

    /// Forgets the problem of a field that is being edited, and that of the form as a whole.
    pub fn clear_error(&mut self, field: &str) {
        self.0.retain(|(name, _)| name != field && !name.is_empty());
    }

    /// Says whether there is nothing to complain of.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the fields at fault, in the order in which they were found.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// Returns a refusal of the server: at its field when the form shows that one, else for the form as a whole.
    pub fn refused(error: &Error, shown: &[&str]) -> Self {
        let field = error
            .field
            .as_deref()
            .filter(|field| shown.contains(field))
            .unwrap_or_default();
        Self(vec![(field.to_owned(), error.detail.clone())])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(field: Option<&str>) -> Error {
        Error {
            detail: "Too long.".to_owned(),
            code: "VALIDATION_ERROR".to_owned(),
            field: field.map(str::to_owned),
        }
    }

    #[test]
    fn a_refusal_lands_at_the_field_that_the_form_shows() {
        assert_eq!(
            Problems::refused(&refusal(Some("name")), &["name"]).of("name"),
            Some("Too long.")
        );
    }

    #[test]
    fn a_refusal_of_an_unknown_field_is_still_shown() {
        assert_eq!(
            Problems::refused(&refusal(Some("settings.x")), &["name"]).of(""),
            Some("Too long.")
        );
        assert_eq!(Problems::refused(&refusal(None), &["name"]).of(""), Some("Too long."));
    }

    #[test]
    fn editing_a_field_forgives_it_and_the_form_but_no_other() {
        let mut problems = Problems::default();
        problems.add("", "Refused.");
        problems.add("name", "Missing.");
        problems.add("email", "Missing.");
        problems.clear_error("name");
        assert_eq!(problems.fields().collect::<Vec<_>>(), ["email"]);
    }

    #[test]
    fn the_first_reason_for_a_field_stays() {
        let mut problems = Problems::default();
        problems.add("name", "Missing.");
        problems.add("name", "Too short.");
        assert_eq!(problems.of("name"), Some("Missing."));
    }
}
