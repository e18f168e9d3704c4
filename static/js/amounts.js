/* Amounts as Norwegians write them, for the scripts that add up while one types. */
"use strict";
{
  const øre = (typed) => {
    /* As MoneyField reads it: NaN when it cannot be read, 0 when empty. */
    let text = typed.replace(/\s+/g, " ").trim();
    text = text.replace(/^(?:kr\.?|nok) ?/i, "").replace(/ ?(?:,[-–])? ?(?:kr\.?|kroner|nok)?$/i, "").trim();
    if (!text) return 0;
    if (/^\d{1,3}( \d{3})+([.,]\d+)?$/.test(text)) text = text.replaceAll(" ", "");
    else if (/^\d{1,3}(\.\d{3})+(,\d+)?$/.test(text)) text = text.replaceAll(".", "");
    else if (!/^\d+([.,]\d+)?$/.test(text)) return NaN;
    const [whole, fraction = ""] = text.replace(",", ".").split(".");
    return fraction.length > 2 || whole.length > 10 ? NaN : Number(whole + fraction.padEnd(2, "0"));
  };
  const kroner = (amount) => {
    const digits = String(Math.abs(amount)).padStart(3, "0");
    const whole = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, "\u00a0");
    return `${whole}${digits.endsWith("00") ? "" : "," + digits.slice(-2)}\u00a0kr`;
  };
  globalThis.amounts = { øre, kroner };
}
