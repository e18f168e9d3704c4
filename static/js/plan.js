/* On the planner: what is left in each pot follows what one types. Without it, the
   button «Regn ut» does the same. */
"use strict";
{
  const { øre, kroner } = globalThis.amounts;
  for (const pot of document.querySelectorAll("[data-pot]")) {
    const balance = Math.round(Number(pot.dataset.balance) * 100);
    const [proposed, left] = ["proposed", "left"].map((name) => pot.querySelector(`[data-${name}]`));
    const addUp = () => {
      const typed = Array.from(pot.querySelectorAll("[data-amount] input"), (field) => øre(field.value));
      const sum = typed.reduce((total, amount) => total + (amount || 0), 0);
      const unread = typed.some(Number.isNaN) ? " (et beløp kan ikke leses)" : "";
      proposed.textContent = kroner(sum) + unread;
      left.textContent = sum > balance ? `Mangler ${kroner(sum - balance)}` : kroner(balance - sum);
    };
    pot.addEventListener("input", addUp);
    addUp();
  }
}
