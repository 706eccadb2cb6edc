// Puts the chosen theme on the page before it is drawn; without a choice the system's counts.
try {
  const theme = localStorage.getItem("edgewise.theme");
  if (theme === "light" || theme === "dark") document.documentElement.setAttribute("data-theme", theme);
} catch {
  // A browser that refuses storage has no choice to remember.
}
