//! A route as data: what it answers, who may call it, what it takes and gives.
use super::{Dialect, ProgramKey};
use axum::Extension;
use axum::routing::{self, MethodRouter};
use edge_core::App;
use edge_core::limit::lane::Operation;
use http::Method;
use std::sync::Arc;

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Without authentication.
    Open,
    /// A signed-in person.
    Account,
    /// A member of the workspace in the path.
    Member,
    /// A page with a widget key, or its visitor.
    Widget,
    /// A program with a key.
    Program(ProgramKey),
    /// The operator of the installation.
    Operator,
}

/// The routes that there are, for handlers that name them.
#[derive(Clone)]
pub struct RouteList(Arc<[(Access, String)]>);

impl RouteList {
    pub(crate) fn new(routes: &[Route]) -> Self {
        let name = |it: &Route| (it.access, format!("{} {}", it.method, it.path));
        Self(routes.iter().map(name).collect())
    }

    /// Returns the method and path of every route whose access will do.
    pub(crate) fn names(&self, is_asked_for: impl Fn(Access) -> bool) -> Vec<String> {
        let routes = self.0.iter().filter(|it| is_asked_for(it.0));
        routes.map(|it| it.1.clone()).collect()
    }
}

/// What is answered to a request that was done and is sent again with its `Idempotency-Key`.
#[derive(Clone)]
#[allow(clippy::large_enum_variant, reason = "there is one for each route, made once")]
pub enum Replay {
    /// The first answer, which is kept sealed until something that it shows is erased.
    Sealed,
    /// What this handler makes once more of what is kept.
    Rebuilt(MethodRouter<App>),
    /// The request has no effect, and is answered anew.
    Anew,
}

/// A type whose schema can be shown; every type, where no document is built.
#[cfg(feature = "openapi")]
pub trait Shown: utoipa::ToSchema {}
#[cfg(feature = "openapi")]
impl<T: utoipa::ToSchema> Shown for T {}
/// A type whose schema can be shown; every type, where no document is built.
#[cfg(not(feature = "openapi"))]
pub trait Shown {}
#[cfg(not(feature = "openapi"))]
impl<T> Shown for T {}

/// One method of one path.
pub struct Route {
    /// None for what is no API.
    pub dialect: Option<&'static Dialect>,
    pub method: Method,
    /// In axum's notation, which is OpenAPI's, too.
    pub path: &'static str,
    pub handler: MethodRouter<App>,
    pub summary: &'static str,
    pub access: Access,
    /// Whether the dialect's document does not name it.
    pub is_extension: bool,
    /// How requests of signed-in people are counted.
    pub operation: Operation,
    pub replay: Replay,
    /// Whether the answer shows rows of the directory, although the call is about a workspace.
    pub is_in_directory: bool,
    #[cfg(feature = "openapi")]
    pub shown: super::described::Shapes,
}

impl Route {
    fn new(
        method: Method,
        path: &'static str,
        handler: MethodRouter<App>,
        access: Access,
        summary: &'static str,
    ) -> Self {
        Self {
            dialect: None,
            method,
            path,
            handler,
            summary,
            access,
            is_extension: false,
            operation: Operation::Ordinary,
            replay: Replay::Sealed,
            is_in_directory: false,
            #[cfg(feature = "openapi")]
            shown: super::described::Shapes::default(),
        }
    }

    /// Says whose route it is.
    #[must_use]
    pub(crate) fn of(mut self, dialect: &'static Dialect) -> Self {
        self.dialect = Some(dialect);
        self
    }

    /// Says that the dialect's document does not name the route.
    #[must_use]
    pub fn extension(mut self) -> Self {
        self.is_extension = true;
        self
    }

    /// Says that the route ends something, so it must not be refused because of what others have used.
    #[must_use]
    pub fn control(mut self) -> Self {
        self.operation = Operation::Control;
        self
    }

    /// Passes on what a route's row says of its requests: to the code that counts them, and to the one that reads
    /// bodies.
    pub(crate) fn described(access: Access, operation: Operation, handler: MethodRouter<App>) -> MethodRouter<App> {
        let handler = handler.layer(Extension(access));
        match operation {
            Operation::Ordinary => handler,
            Operation::Control => handler.layer(Extension(operation)),
        }
    }

    /// Says what makes the answer once more for a request that was done: a handler that finds a
    /// [`Reference`](crate::idempotency::Reference) with its request. For answers that hold what people have written.
    #[must_use]
    pub fn rebuilt_by<H, T>(mut self, handler: H) -> Self
    where
        H: axum::handler::Handler<T, App>,
        T: 'static,
    {
        self.replay = Replay::Rebuilt(routing::post(handler));
        self
    }

    /// Says that the answer shows rows of the directory, although the call is about a workspace.
    #[must_use]
    pub fn in_directory(mut self) -> Self {
        self.is_in_directory = true;
        self
    }

    /// Says that the request has no effect, so that it is answered anew when it is sent again.
    #[must_use]
    pub fn answered_anew(mut self) -> Self {
        self.replay = Replay::Anew;
        self
    }

    /// Says what the body of a request holds.
    #[must_use]
    #[cfg_attr(
        not(feature = "openapi"),
        expect(unused_mut, reason = "nothing to note down without a document")
    )]
    pub fn takes<T: Shown>(mut self) -> Self {
        #[cfg(feature = "openapi")]
        self.shown.takes::<T>("application/json");
        self
    }

    /// Says that the body of a request is a form with a file.
    #[must_use]
    #[cfg_attr(
        not(feature = "openapi"),
        expect(unused_mut, reason = "nothing to note down without a document")
    )]
    pub fn takes_form<T: Shown>(mut self) -> Self {
        #[cfg(feature = "openapi")]
        self.shown.takes::<T>("multipart/form-data");
        self
    }

    /// Says which parameters the query may hold.
    #[must_use]
    #[cfg_attr(
        not(feature = "openapi"),
        expect(unused_mut, unused_variables, reason = "nothing to note down without a document")
    )]
    pub fn query(mut self, parameters: &'static [(&'static str, &'static str)]) -> Self {
        #[cfg(feature = "openapi")]
        self.shown.query(parameters);
        self
    }

    /// Says what the answer holds.
    #[must_use]
    #[cfg_attr(
        not(feature = "openapi"),
        expect(unused_mut, unused_variables, reason = "nothing to note down without a document")
    )]
    pub fn gives<T: Shown>(mut self, status: u16) -> Self {
        #[cfg(feature = "openapi")]
        self.shown.gives::<T>(status, "application/json");
        self
    }

    /// Says what the answer holds in its `data`, beside its `status`.
    #[must_use]
    #[cfg_attr(
        not(feature = "openapi"),
        expect(unused_mut, unused_variables, reason = "nothing to note down without a document")
    )]
    pub fn gives_data<T: Shown>(mut self, status: u16) -> Self {
        #[cfg(feature = "openapi")]
        self.shown.gives_data::<T>(status);
        self
    }

    /// Says that the answer has a head alone.
    #[must_use]
    #[cfg_attr(
        not(feature = "openapi"),
        expect(unused_mut, reason = "nothing to note down without a document")
    )]
    pub fn gives_nothing(mut self) -> Self {
        #[cfg(feature = "openapi")]
        self.shown.gives_nothing();
        self
    }

    /// Says what the events of the answer's stream hold.
    #[must_use]
    #[cfg_attr(
        not(feature = "openapi"),
        expect(unused_mut, reason = "nothing to note down without a document")
    )]
    pub fn streams<T: Shown>(mut self) -> Self {
        #[cfg(feature = "openapi")]
        self.shown.gives::<T>(200, "text/event-stream");
        self
    }
}

macro_rules! methods {
    ($($name:ident $method:ident;)*) => {$(
        /// Makes a route of this method.
        pub fn $name<H, T>(path: &'static str, handler: H, access: Access, summary: &'static str) -> Route
        where
            H: axum::handler::Handler<T, App>,
            T: 'static,
        {
            Route::new(Method::$method, path, routing::$name(handler), access, summary)
        }
    )*};
}

methods! {
    get GET;
    post POST;
    put PUT;
    patch PATCH;
    delete DELETE;
}
