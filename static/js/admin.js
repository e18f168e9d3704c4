/* Django's own widgets, drawn by script, leave out two names that screen readers need. */
"use strict";

function nameWidgets() {
  for (const icon of document.querySelectorAll(".help-tooltip[aria-label]:not([role])")) {
    icon.setAttribute("role", "img");
  }
  for (const field of document.querySelectorAll(".select2-search__field:not([aria-label])")) {
    const label = field.closest(".form-row, .fieldBox, td")?.querySelector("label");
    field.setAttribute("aria-label", label ? label.textContent.trim() : "Søk");
  }
}

document.addEventListener("DOMContentLoaded", () => {
  nameWidgets();
  new MutationObserver(nameWidgets).observe(document.body, { childList: true, subtree: true });
});
