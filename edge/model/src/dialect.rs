//! The dialects by name, and the keys that open them: a row for each.
use serde::{Deserialize, Serialize};

macro_rules! dialects {
    ($($dialect:ident $name:literal, $key:ident $kind:literal $prefix:literal;)*) => {
        /// Which dialect a key opens.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum KeyKind {
            $(#[serde(rename = $kind)] $key,)*
        }

        impl KeyKind {
            /// Every kind.
            pub const ALL: [Self; [$(Self::$key),*].len()] = [$(Self::$key),*];

            /// Returns the kind's name, in rows and on the wire.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$key => $kind,)*
                }
            }

            /// Returns what every key of the kind begins with.
            pub fn prefix(self) -> &'static str {
                match self {
                    $(Self::$key => $prefix,)*
                }
            }

            /// Reads a kind's name.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|it| it.as_str() == text)
            }
        }

        /// In which dialect an endpoint is told of events.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum WebhookForm {
            $(#[serde(rename = $name)] $dialect,)*
        }

        impl WebhookForm {
            /// Every form.
            pub const ALL: [Self; [$(Self::$dialect),*].len()] = [$(Self::$dialect),*];

            /// Returns the form's name in rows.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$dialect => $name,)*
                }
            }
        }
    };
}

// The dialect and its name; the keys that open it, their name, and what they begin with.
dialects! {
    Insydr "insydr", Widget "widget" "pk_live_";
    Twig "twig", Twig "twig" "twig_live_";
    Twin "twin", Twin "twin" "twin_live_";
    Builder "builder", Builder "builder" "tw_live_";
}
