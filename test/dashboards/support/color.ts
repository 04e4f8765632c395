/** How different two colors look, also with color vision deficiencies. */

type Vector = readonly [number, number, number];
type Matrix = readonly [Vector, Vector, Vector];

/** Linear RGB as it is seen: Machado, Oliveira and Fernandes 2009, severity 1. */
const SEEN: Readonly<Record<'none' | 'deuteranopia' | 'protanopia', Matrix>> = {
  none: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
};

/** sRGB with a white of D65 to XYZ, divided by the white. */
const TO_XYZ: Matrix = [
  [0.4339, 0.3762, 0.1899],
  [0.2126, 0.7152, 0.0722],
  [0.0177, 0.1095, 0.8728],
];

/** The distance of two colors (`#rrggbb`) in CIELAB: 2 is just visible, 20 is clear at a glance. */
export function difference(a: string, b: string, vision: keyof typeof SEEN): number {
  const [first, second] = [lab(a, vision), lab(b, vision)];
  return Math.hypot(...first.map((value, index) => value - (second[index] as number)));
}

function lab(color: string, vision: keyof typeof SEEN): Vector {
  const channel = (at: number) => linear(Number.parseInt(color.slice(at, at + 2), 16) / 255);
  const seen = times(SEEN[vision], [channel(1), channel(3), channel(5)]).map((value) =>
    Math.min(1, Math.max(0, value)),
  );
  const [x, y, z] = times(TO_XYZ, seen as unknown as Vector).map((value) =>
    value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116,
  ) as unknown as Vector;
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

function linear(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

function times(matrix: Matrix, vector: Vector): Vector {
  return matrix.map(
    (row) => row[0] * vector[0] + row[1] * vector[1] + row[2] * vector[2],
  ) as unknown as Vector;
}
