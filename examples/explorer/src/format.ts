// SPDX-License-Identifier: MIT
const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

const power = (mantissa: number, exponent: number) =>
  `${mantissa.toFixed(1)}·10${exponent < 0 ? "⁻" : ""}${[...String(Math.abs(exponent))].map((d) => superscripts[Number(d)]).join("")}`;

/// A divergence for reading: two decimals as in the notebook, three digits where they would not say much, and never
/// more letters than a table has room for.
export function formatNats(x: number): string {
  if (Number.isNaN(x)) return "–";
  if (!Number.isFinite(x)) return x > 0 ? "∞" : "−∞";
  const size = Math.abs(x);
  const sign = x < 0 ? "−" : "";
  if (size >= 99999.5 || (size < 0.001 && size > 0)) {
    const exponent = Math.floor(Math.log10(size));
    const mantissa = size / 10 ** exponent;
    return sign + (mantissa >= 9.95 ? power(1, exponent + 1) : power(mantissa, exponent));
  }
  if (size >= 999.5) return sign + size.toFixed(0);
  if (size >= 0.095 || size === 0) return sign + size.toFixed(2);
  return sign + size.toPrecision(2);
}

/// A parameter, with as many decimals as asked for and a true minus sign.
export function formatNumber(x: number, decimals = 1): string {
  return (x + 0).toFixed(decimals).replace(/^-(?=0\.?0*$)/, "").replace("-", "−");
}

/// A contour's level: 0.002, 0.5, 20, 10⁴.
export function formatLevel(x: number): string {
  if (x >= 1e4) return `10${superscripts[Math.round(Math.log10(x))]}`;
  return String(Number(x.toPrecision(1)));
}
