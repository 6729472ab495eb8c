/*
 * Functions of float32 that kernels call by their names. WGSL's own are free to be wrong by thousands of units in the last
 * place and to assume NaN and infinities away; these are made of additions, multiplications and integer operations, and are
 * right to a few units on every device. Polynomials are minimax fits of our own (Remez' exchange).
 */

/** Source of every function, by name; it may call others of the table. */
const functions: Readonly<Record<string, string>> = {
  // A number by its bits, of which a compiler knows nothing.
  f_bits: `fn f_bits(bits: u32) -> f32 {
  var word = bits;
  return bitcast<f32>(word);
}`,
  f_is_nan: `fn f_is_nan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }`,
  f_is_finite: `fn f_is_finite(x: f32) -> bool { return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u; }`,
  f_nan: `fn f_nan() -> f32 { return f_bits(0x7fc00000u); }`,
  f_inf: `fn f_inf() -> f32 { return f_bits(0x7f800000u); }`,
  f_copy_sign: `fn f_copy_sign(x: f32, sign: f32) -> f32 {
  return bitcast<f32>((bitcast<u32>(x) & 0x7fffffffu) | (bitcast<u32>(sign) & 0x80000000u));
}`,
  // By its bits: a driver may take a conversion to f16 and back for nothing, and choose how it rounds.
  f_half: `fn f_half(x: f32) -> f32 {
  let bits = bitcast<u32>(x);
  let sign = bits & 0x80000000u;
  let size = bits & 0x7fffffffu;
  if (size > 0x7f800000u) { return x; }
  if (size >= 0x477ff000u) { return f_copy_sign(f_inf(), x); }
  if (size >= 0x38800000u) { return bitcast<f32>(sign | ((size + 0xfffu + ((size >> 13u) & 1u)) & 0xffffe000u)); }
  if (size <= 0x33000000u) { return bitcast<f32>(sign); }
  // Below the normal numbers of float16: whole multiples of 2⁻²⁴.
  let shift = 126u - (size >> 23u);
  let significand = (size & 0x7fffffu) | 0x800000u;
  let low = significand & ((1u << shift) - 1u);
  let half = 1u << (shift - 1u);
  var whole = significand >> shift;
  if (low > half || (low == half && (whole & 1u) == 1u)) { whole = whole + 1u; }
  return bitcast<f32>(sign | bitcast<u32>(f32(whole) * 5.9604644775390625e-8));
}`,
  f_bfloat: `fn f_bfloat(x: f32) -> f32 {
  let bits = bitcast<u32>(x);
  if (f_is_nan(x)) { return bitcast<f32>((bits | 0x00400000u) & 0xffff0000u); }
  return bitcast<f32>((bits + 0x7fffu + ((bits >> 16u) & 1u)) & 0xffff0000u);
}`,
  f_max: `fn f_max(x: f32, y: f32) -> f32 {
  if (f_is_nan(x)) { return x; }
  if (f_is_nan(y)) { return y; }
  return max(x, y);
}`,
  f_min: `fn f_min(x: f32, y: f32) -> f32 {
  if (f_is_nan(x)) { return x; }
  if (f_is_nan(y)) { return y; }
  return min(x, y);
}`,
  f_equal: `fn f_equal(x: f32, y: f32) -> bool { return x == y && !f_is_nan(x) && !f_is_nan(y); }`,
  f_less: `fn f_less(x: f32, y: f32) -> bool { return x < y && !f_is_nan(x) && !f_is_nan(y); }`,
  f_less_equal: `fn f_less_equal(x: f32, y: f32) -> bool { return x <= y && !f_is_nan(x) && !f_is_nan(y); }`,
  f_sign: `fn f_sign(x: f32) -> f32 {
  if (f_is_nan(x) || x == 0.0) { return x; }
  return f_copy_sign(1.0, x);
}`,
  // What a float is as an integer: towards zero, saturated, 0 for NaN.
  f_to_i32: `fn f_to_i32(x: f32) -> i32 {
  if (f_is_nan(x)) { return 0; }
  if (x >= 2147483648.0) { return 2147483647; }
  if (x <= -2147483648.0) { return -2147483647 - 1; }
  return i32(x);
}`,
  f_to_u32: `fn f_to_u32(x: f32) -> u32 {
  if (f_is_nan(x) || x <= 0.0) { return 0u; }
  if (x >= 4294967296.0) { return 4294967295u; }
  return u32(x);
}`,
  f_rem: `fn f_rem(x: f32, y: f32) -> f32 {
  // The sign of the divisor, as Python's %.
  if (f_is_nan(x) || f_is_nan(y) || !f_is_finite(x) || y == 0.0) { return f_nan(); }
  if (!f_is_finite(y)) {
    if (x == 0.0) { return f_copy_sign(0.0, y); }
    return select(y, x, (x < 0.0) == (y < 0.0));
  }
  var rest = f_fmod(abs(x), abs(y));
  if (rest == 0.0) { return f_copy_sign(0.0, y); }
  rest = f_copy_sign(rest, x);
  if ((rest < 0.0) != (y < 0.0)) { rest = rest + y; }
  return rest;
}`,
  // Exact: long division of the significands, bit by bit.
  f_fmod: `fn f_fmod(x: f32, y: f32) -> f32 {
  if (x < y) { return x; }
  let a = bitcast<u32>(x);
  let b = bitcast<u32>(y);
  var ea = a >> 23u;
  var eb = b >> 23u;
  var ma = (a & 0x7fffffu) | 0x800000u;
  var mb = (b & 0x7fffffu) | 0x800000u;
  if (ea == 0u) { ma = a & 0x7fffffu; ea = 1u; }
  if (eb == 0u) { mb = b & 0x7fffffu; eb = 1u; }
  // A subnormal divisor that the device flushes would never be reached.
  if (mb == 0u) { return 0.0; }
  for (; ea > eb; ea--) {
    ma = (ma % mb) << 1u;
  }
  ma = ma % mb;
  if (ma == 0u) { return 0.0; }
  let shift = countLeadingZeros(ma) - 8u;
  if (shift < eb) { return bitcast<f32>(((eb - shift) << 23u) | ((ma << shift) & 0x7fffffu)); }
  return bitcast<f32>(ma << (eb - 1u));
}`,
  f_round: `fn f_round(x: f32) -> f32 {
  if (!(abs(x) < 8388608.0)) { return x; }
  let whole = floor(abs(x));
  let rest = abs(x) - whole;
  let odd = (u32(whole) & 1u) == 1u;
  let up = rest > 0.5 || (rest == 0.5 && odd);
  return f_copy_sign(select(whole, whole + 1.0, up), x);
}`,
  // 2ⁿ for −252 ≤ n ≤ 254, in two steps, so that neither leaves the range of normal numbers.
  f_scale: `fn f_scale(x: f32, n: i32) -> f32 {
  let half = n >> 1u;
  return (x * bitcast<f32>(u32(half + 127) << 23u)) * bitcast<f32>(u32(n - half + 127) << 23u);
}`,
  // exp(r) − 1 for |r| ≤ ln 2 / 2.
  f_expm1_near: `fn f_expm1_near(r: f32) -> f32 {
  let p = 0.5000000062 + r * (0.1666654304 + r * (0.04166628217 + r * (0.008366577288 + r * 0.001394643945)));
  return r + (r * r) * p;
}`,
  f_exp: `fn f_exp(x: f32) -> f32 {
  if (f_is_nan(x)) { return x; }
  if (x > 88.8) { return f_inf(); }
  if (x < -104.0) { return 0.0; }
  let n = floor(x * 1.44269504 + 0.5);
  let r = (x - n * 0.693145751953125) - n * 1.42860682031e-6;
  return f_scale(1.0 + f_expm1_near(r), i32(n));
}`,
  f_expm1: `fn f_expm1(x: f32) -> f32 {
  if (f_is_nan(x) || x == 0.0) { return x; }
  if (x > 88.8) { return f_inf(); }
  if (x < -20.0) { return -1.0; }
  let n = floor(x * 1.44269504 + 0.5);
  let r = (x - n * 0.693145751953125) - n * 1.42860682031e-6;
  let p = f_expm1_near(r);
  if (n == 0.0) { return p; }
  if (n > 60.0) { return f_scale(1.0 + p, i32(n)); }
  let scale = f_scale(1.0, i32(n));
  return scale * p + (scale - 1.0);
}`,
  // ln(1 + f) for 1 + f between √½ and √2, by s = f / (2 + f) and 2·artanh(s).
  f_log1p_near: `fn f_log1p_near(f: f32) -> f32 {
  let s = f / (2.0 + f);
  let z = s * s;
  return 2.0 * s + s * (z * (0.6666666537 + z * (0.4000040063 + z * (0.2853296947 + z * 0.2366724162))));
}`,
  f_log: `fn f_log(x: f32) -> f32 {
  if (f_is_nan(x) || x < 0.0) { return f_nan(); }
  if (x == 0.0) { return -f_inf(); }
  if (!f_is_finite(x)) { return x; }
  var bits = bitcast<u32>(x);
  var n = 0;
  if (bits < 0x00800000u) {
    let shift = countLeadingZeros(bits) - 8u;
    bits = bits << shift;
    n = -i32(shift) + 1;
    bits = (bits & 0x7fffffu) | 0x3f800000u;
    n = n - 127;
  } else {
    n = i32(bits >> 23u) - 127;
    bits = (bits & 0x7fffffu) | 0x3f800000u;
  }
  if (bits > 0x3fb504f3u) {
    bits = bits - 0x00800000u;
    n = n + 1;
  }
  let e = f32(n);
  return e * 0.693145751953125 + (f_log1p_near(bitcast<f32>(bits) - 1.0) + e * 1.42860682031e-6);
}`,
  f_log1p: `fn f_log1p(x: f32) -> f32 {
  if (x > -0.29 && x < 0.41) { return select(f_log1p_near(x), x, abs(x) < 1e-30); }
  return f_log(1.0 + x);
}`,
  // x less a multiple of π/2, between −π/4 and π/4, and that multiple modulo 4.
  f_reduce: `struct Reduced { rest: f32, quadrant: u32 }
fn f_reduce(x: f32) -> Reduced {
  if (abs(x) < 20000.0) {
    let n = floor(x * 0.636619772 + 0.5);
    let r = ((x - n * 1.5703125) - n * 0.00048351287841796875) - n * 3.1385570764541626e-7;
    return Reduced(r - n * 6.07710050651e-11, u32(i32(n)) & 3u);
  }
  // M. H. Payne and R. N. Hanek, "Radian reduction for trigonometric functions" (1983): the bits of 2/π that matter.
  var digits = array<u32, 8>(0u, 0xa2f9836eu, 0x4e441529u, 0xfc2757d1u, 0xf534ddc0u, 0xdb629599u, 0x3c439041u, 0xfe5163abu);
  let bits = bitcast<u32>(x);
  let exponent = (bits >> 23u) & 255u;
  let significand = (bits & 0x7fffffu) | 0x800000u;
  // x = significand · 2^shift; the bits of 2/π above weight 2^(1 − shift) give multiples of 4.
  let skip = exponent - 150u + 32u - 2u;
  let at = skip >> 5u;
  let left = skip & 31u;
  let w0 = f_window(digits[at], digits[at + 1u], left);
  let w1 = f_window(digits[at + 1u], digits[at + 2u], left);
  let w2 = f_window(digits[at + 2u], digits[at + 3u], left);
  // The product's upper 64 of 96 bits, the highest two of which are the quadrant; more than 2³² falls off.
  let low = f_wide(significand, w2);
  let middle = f_wide(significand, w1);
  let word1 = middle.x + low.y;
  let carry = select(0u, 1u, word1 < middle.x);
  let word0 = significand * w0 + middle.y + carry;
  var quadrant = word0 >> 30u;
  var high = (word0 << 2u) | (word1 >> 30u);
  var rest = (word1 << 2u) | (low.x >> 30u);
  var negative = false;
  if ((high & 0x80000000u) != 0u) {
    quadrant = (quadrant + 1u) & 3u;
    negative = true;
    rest = ~rest + 1u;
    high = ~high + select(0u, 1u, rest == 0u);
  }
  var zeros = countLeadingZeros(high);
  if (high == 0u) {
    high = rest;
    rest = 0u;
    zeros = countLeadingZeros(high);
    if (high == 0u) { return Reduced(0.0, quadrant); }
    high = high << zeros;
    zeros = zeros + 32u;
  } else if (zeros > 0u) {
    high = (high << zeros) | (rest >> (32u - zeros));
  }
  let fraction = f_scale(f32(high), -32 - i32(zeros));
  var r = fraction * 1.57079632679;
  if (negative) { r = -r; }
  if ((bits >> 31u) == 1u) { return Reduced(-r, (4u - quadrant) & 3u); }
  return Reduced(r, quadrant);
}`,
  f_window: `fn f_window(high: u32, low: u32, left: u32) -> u32 {
  if (left == 0u) { return high; }
  return (high << left) | (low >> (32u - left));
}`,
  // The product of two words, low word first.
  f_wide: `fn f_wide(x: u32, y: u32) -> vec2<u32> {
  let a = x & 0xffffu;
  let b = x >> 16u;
  let c = y & 0xffffu;
  let d = y >> 16u;
  let low = a * c;
  let middle = a * d + (low >> 16u);
  let cross = b * c + (middle & 0xffffu);
  return vec2<u32>((cross << 16u) | (low & 0xffffu), b * d + (middle >> 16u) + (cross >> 16u));
}`,
  f_sin_near: `fn f_sin_near(r: f32) -> f32 {
  let z = r * r;
  return r + r * (z * (-0.1666666664 + z * (0.008333329367 + z * (-0.000198393286 + z * 2.718251398e-6))));
}`,
  f_cos_near: `fn f_cos_near(r: f32) -> f32 {
  let z = r * r;
  return (1.0 - 0.5 * z) + (z * z) * (0.04166664677 + z * (-0.00138873626 + z * 2.443786709e-5));
}`,
  f_sin: `fn f_sin(x: f32) -> f32 {
  if (!f_is_finite(x)) { return f_nan(); }
  if (x == 0.0) { return x; }
  let reduced = f_reduce(x);
  let y = select(f_sin_near(reduced.rest), f_cos_near(reduced.rest), (reduced.quadrant & 1u) == 1u);
  return select(y, -y, reduced.quadrant >= 2u);
}`,
  f_cos: `fn f_cos(x: f32) -> f32 {
  if (!f_is_finite(x)) { return f_nan(); }
  let reduced = f_reduce(x);
  let y = select(f_cos_near(reduced.rest), f_sin_near(reduced.rest), (reduced.quadrant & 1u) == 1u);
  return select(y, -y, reduced.quadrant == 1u || reduced.quadrant == 2u);
}`,
  f_tan: `fn f_tan(x: f32) -> f32 {
  if (!f_is_finite(x)) { return f_nan(); }
  if (x == 0.0) { return x; }
  let reduced = f_reduce(x);
  let s = f_sin_near(reduced.rest);
  let c = f_cos_near(reduced.rest);
  if ((reduced.quadrant & 1u) == 1u) { return -c / s; }
  return s / c;
}`,
  // arcsin for |x| ≤ ½.
  f_asin_near: `fn f_asin_near(x: f32) -> f32 {
  let z = x * x;
  return x + x * (z * (0.1666675413 + z * (0.07495232683 + z * (0.04547834128 + z * (0.02414099769 + z * 0.04223053317)))));
}`,
  f_asin: `fn f_asin(x: f32) -> f32 {
  let y = abs(x);
  if (f_is_nan(x) || y > 1.0) { return f_nan(); }
  if (y <= 0.5) { return f_asin_near(x); }
  return f_copy_sign(1.57079632679 - 2.0 * f_asin_near(sqrt(0.5 * (1.0 - y))), x);
}`,
  f_acos: `fn f_acos(x: f32) -> f32 {
  let y = abs(x);
  if (f_is_nan(x) || y > 1.0) { return f_nan(); }
  if (y <= 0.5) { return 1.57079632679 - f_asin_near(x); }
  let a = 2.0 * f_asin_near(sqrt(0.5 * (1.0 - y)));
  return select(a, 3.14159265359 - a, x < 0.0);
}`,
  // arctan for |x| ≤ √2 − 1.
  f_atan_near: `fn f_atan_near(x: f32) -> f32 {
  let z = x * x;
  return x + x * (z * (-0.3333331527 + z * (0.1999847356 + z * (-0.1424352779 + z * (0.1059348859 + z * -0.06076760794)))));
}`,
  f_atan: `fn f_atan(x: f32) -> f32 {
  if (f_is_nan(x)) { return x; }
  let y = abs(x);
  if (y <= 0.41421356) { return f_atan_near(x); }
  if (y < 2.41421356) { return f_copy_sign(0.78539816 + f_atan_near((y - 1.0) / (y + 1.0)), x); }
  return f_copy_sign(1.57079632679 + f_atan_near(-1.0 / y), x);
}`,
  f_atan2: `fn f_atan2(y: f32, x: f32) -> f32 {
  if (f_is_nan(x) || f_is_nan(y)) { return f_nan(); }
  let left = (bitcast<u32>(x) >> 31u) == 1u;
  if (y == 0.0) { return f_copy_sign(select(0.0, 3.14159265359, left), y); }
  if (x == 0.0) { return f_copy_sign(1.57079632679, y); }
  if (!f_is_finite(y)) {
    if (f_is_finite(x)) { return f_copy_sign(1.57079632679, y); }
    return f_copy_sign(select(0.78539816, 2.35619449, left), y);
  }
  if (!f_is_finite(x)) { return f_copy_sign(select(0.0, 3.14159265359, left), y); }
  let a = abs(y);
  let b = abs(x);
  var angle = 0.0;
  if (a > b) { angle = 1.57079632679 - f_atan_quotient(b, a); } else { angle = f_atan_quotient(a, b); }
  return f_copy_sign(select(angle, 3.14159265359 - angle, left), y);
}`,
  // Both scaled down, where the larger could overflow in a division.
  f_atan_quotient: `fn f_atan_quotient(a: f32, b: f32) -> f32 {
  if (b > 1e18) { return f_atan((a * 1e-18) / (b * 1e-18)); }
  return f_atan(a / b);
}`,
  f_sinh_near: `fn f_sinh_near(x: f32) -> f32 {
  let z = x * x;
  return x + x * (z * (0.1666666649 + z * (0.00833335065 + z * (0.0001983605579 + z * 2.817501872e-6))));
}`,
  f_sinh: `fn f_sinh(x: f32) -> f32 {
  let y = abs(x);
  if (f_is_nan(x)) { return x; }
  if (y <= 1.0) { return f_sinh_near(x); }
  if (y > 90.0) { return f_copy_sign(f_inf(), x); }
  if (y > 9.5) {
    let half = f_exp(0.5 * y);
    return f_copy_sign((0.5 * half) * half, x);
  }
  let e = f_exp(y);
  return f_copy_sign(0.5 * (e - 1.0 / e), x);
}`,
  f_cosh: `fn f_cosh(x: f32) -> f32 {
  let y = abs(x);
  if (f_is_nan(x)) { return x; }
  if (y > 90.0) { return f_inf(); }
  if (y > 9.5) {
    let half = f_exp(0.5 * y);
    return (0.5 * half) * half;
  }
  let e = f_exp(y);
  return 0.5 * (e + 1.0 / e);
}`,
  f_tanh: `fn f_tanh(x: f32) -> f32 {
  let y = abs(x);
  if (f_is_nan(x) || x == 0.0) { return x; }
  if (y > 9.1) { return f_copy_sign(1.0, x); }
  let t = f_expm1(2.0 * y);
  return f_copy_sign(t / (t + 2.0), x);
}`,
  f_asinh: `fn f_asinh(x: f32) -> f32 {
  let y = abs(x);
  if (f_is_nan(x) || x == 0.0 || !f_is_finite(x)) { return x; }
  if (y > 1e4) { return f_copy_sign(f_log(y) + 0.69314718, x); }
  return f_copy_sign(f_log1p(y + (y * y) / (1.0 + sqrt(y * y + 1.0))), x);
}`,
  f_acosh: `fn f_acosh(x: f32) -> f32 {
  if (f_is_nan(x) || x < 1.0) { return f_nan(); }
  if (!f_is_finite(x)) { return x; }
  if (x > 1e4) { return f_log(x) + 0.69314718; }
  let t = x - 1.0;
  return f_log1p(t + sqrt(2.0 * t + t * t));
}`,
  f_atanh: `fn f_atanh(x: f32) -> f32 {
  let y = abs(x);
  if (f_is_nan(x) || y > 1.0) { return f_nan(); }
  if (x == 0.0) { return x; }
  if (y == 1.0) { return f_copy_sign(f_inf(), x); }
  return f_copy_sign(0.5 * f_log1p((2.0 * y) / (1.0 - y)), x);
}`,
  // W. J. Cody, "Rational Chebyshev approximations for the error function" (1969).
  f_erf: `fn f_erf(x: f32) -> f32 {
  if (f_is_nan(x)) { return x; }
  let y = abs(x);
  if (y <= 0.46875) {
    let z = y * y;
    let p = 3209.3775891384694 + z * (377.485237685302 + z * (113.86415415105016 + z * (3.1611237438705655 + z * 0.18577770618460315)));
    let q = 2844.236833439171 + z * (1282.6165260773723 + z * (244.02463793444417 + z * (23.601290952344122 + z)));
    return x * (p / q);
  }
  if (y > 4.0) { return f_copy_sign(1.0, x); }
  let p = 1230.3393547979972 + y * (2051.0783778260716 + y * (1712.0476126340707 + y * (881.952221241769 + y * (298.6351381974001 + y * (66.11919063714163 + y * (8.883149794388377 + y * (0.5641884969886701 + y * 2.1531153547440383e-8)))))));
  let q = 1230.3393548037495 + y * (3439.3676741437216 + y * (4362.619090143247 + y * (3290.7992357334597 + y * (1621.3895745666903 + y * (537.1811018620099 + y * (117.6939508913125 + y * (15.744926110709835 + y)))))));
  return f_copy_sign(1.0 - f_exp(-y * y) * (p / q), x);
}`,
  f_sigmoid: `fn f_sigmoid(x: f32) -> f32 {
  let e = f_exp(-abs(x));
  return select(e / (1.0 + e), 1.0 / (1.0 + e), x >= 0.0);
}`,
  // The upper 12 bits of a significand: products of two such are exact.
  f_head: `fn f_head(x: f32) -> f32 { return bitcast<f32>(bitcast<u32>(x) & 0xfffff000u); }`,
  f_pow: `fn f_pow(x: f32, y: f32) -> f32 {
  if (y == 0.0 || x == 1.0) { return 1.0; }
  if (f_is_nan(x) || f_is_nan(y)) { return f_nan(); }
  let whole = abs(y) >= 8388608.0 || floor(y) == y;
  let odd = whole && abs(y) < 16777216.0 && (u32(abs(y)) & 1u) == 1u;
  let a = abs(x);
  let negative = (bitcast<u32>(x) >> 31u) == 1u && odd;
  if (!f_is_finite(y)) {
    if (a == 1.0) { return 1.0; }
    return select(0.0, f_inf(), (a > 1.0) == (y > 0.0));
  }
  var power = 0.0;
  if (a == 0.0) {
    power = select(0.0, f_inf(), y < 0.0);
  } else if (!f_is_finite(a)) {
    power = select(0.0, f_inf(), y > 0.0);
  } else {
    if (x < 0.0 && !whole) { return f_nan(); }
    power = f_pow_positive(a, y);
  }
  return select(power, -power, negative);
}`,
  // exp2(y·log2 a), the logarithm and its product with y in two parts each, whose sum holds the digits that one lacks.
  f_pow_positive: `fn f_pow_positive(a: f32, y: f32) -> f32 {
  if (a == 1.0) { return 1.0; }
  if (abs(y) > 4e9) { return select(0.0, f_inf(), (a > 1.0) == (y > 0.0)); }
  var bits = bitcast<u32>(a);
  var n = 0;
  if (bits < 0x00800000u) {
    let shift = countLeadingZeros(bits) - 8u;
    bits = (bits << shift) & 0x7fffffu;
    n = -126 - i32(shift);
  } else {
    n = i32(bits >> 23u) - 127;
    bits = bits & 0x7fffffu;
  }
  bits = bits | 0x3f800000u;
  if (bits > 0x3fb504f3u) {
    bits = bits - 0x00800000u;
    n = n + 1;
  }
  // ln m = 2s + 2s³/3 + …, s = f / (2 + f), as s_head + s_tail.
  let m = bitcast<f32>(bits);
  let f = m - 1.0;
  let d = m + 1.0;
  let s = f / d;
  let s_head = f_head(s);
  let d_head = f_head(d);
  let d_tail = m - (d_head - 1.0);
  let s_tail = ((f - s_head * d_head) - s_head * d_tail) / d;
  let z = s * s;
  let r = z * (0.6666666537 - 0.6666259765625 + z * (0.4000040063 + z * (0.2853296947 + z * 0.2366724162)));
  // 2s + (2/3)·s³ with the leading digits exact.
  let z_head = f_head(s_head * s_head);
  let z_tail = (s_head * s_head - z_head) + s_tail * (s + s_head);
  let u = 2.0 + 0.6666259765625 * z_head;
  let u_head = f_head(u);
  let u_tail = ((0.6666259765625 * z_head) - (u_head - 2.0)) + 0.6666259765625 * z_tail + r;
  let t = s_head * u_head;
  let t_tail = s_head * u_tail + s_tail * (u_head + u_tail);
  let t_sum = t + t_tail;
  let t_head = f_head(t_sum);
  let t_rest = t_tail - (t_head - t);
  // log2 m = ln m · 1.442…; n joins the head.
  let l = t_head * 1.44238281250;
  let l_tail = t_head * 0.000312228476 + t_rest * 1.44269504;
  let e = f32(n);
  let sum = e + (l + l_tail);
  let head = f_head(sum);
  let tail = ((e - head) + l) + l_tail;
  let y_head = f_head(y);
  let p = y_head * head;
  let p_tail = (y - y_head) * sum + y_head * tail;
  let whole_power = p + p_tail;
  if (whole_power > 129.0) { return f_inf(); }
  if (whole_power < -151.0) { return 0.0; }
  let k = floor(whole_power + 0.5);
  let q = (p - k) + p_tail;
  return f_scale(1.0 + f_expm1_near(q * 0.69314718), i32(k));
}`,
  f_floor_divide: `fn f_floor_divide(x: i32, y: i32) -> i32 {
  if (y == 0) { return 0; }
  let quotient = x / y;
  return select(quotient, quotient - 1, (x % y != 0) && ((x < 0) != (y < 0)));
}`,
  f_remainder: `fn f_remainder(x: i32, y: i32) -> i32 {
  if (y == 0) { return 0; }
  let rest = x % y;
  return select(rest, rest + y, rest != 0 && ((rest < 0) != (y < 0)));
}`,
  // A float in the order of sorting: −0 equals 0, NaN is largest.
  f_key: `fn f_key(x: f32) -> u32 {
  if (f_is_nan(x)) { return 0xffffffffu; }
  if (x == 0.0) { return 0x80000000u; }
  let bits = bitcast<u32>(x);
  return select(bits | 0x80000000u, ~bits, (bits >> 31u) == 1u);
}`,
  f_key_i32: `fn f_key_i32(x: i32) -> u32 { return bitcast<u32>(x) ^ 0x80000000u; }`,
  f_rotate: `fn f_rotate(x: u32, bits: u32) -> u32 { return (x << bits) | (x >> (32u - bits)); }`,
  f_threefry: `fn f_threefry(key0: u32, key1: u32, counter0: u32, counter1: u32) -> vec2<u32> {
  var key = vec3<u32>(key0, key1, key0 ^ key1 ^ 0x1bd11bdau);
  var x = vec2<u32>(counter0 + key0, counter1 + key1);
  for (var group = 1u; group <= 5u; group++) {
    let odd = (group & 1u) == 1u;
    x.x += x.y; x.y = f_rotate(x.y, select(17u, 13u, odd)) ^ x.x;
    x.x += x.y; x.y = f_rotate(x.y, select(29u, 15u, odd)) ^ x.x;
    x.x += x.y; x.y = f_rotate(x.y, select(16u, 26u, odd)) ^ x.x;
    x.x += x.y; x.y = f_rotate(x.y, select(24u, 6u, odd)) ^ x.x;
    x = x + vec2<u32>(key.y, key.z + group);
    key = key.yzx;
  }
  return x;
}`,
}

/** Sources of the functions that `text` calls, and of those that they call. */
export function functionsOf(text: string): string {
  const found = new Set<string>()
  const search = (source: string): void => {
    for (const [name] of source.matchAll(/\bf_\w+/g)) {
      if (found.has(name) || functions[name] === undefined) continue
      found.add(name)
      search(functions[name])
    }
  }
  search(text)
  return [...found]
    .sort()
    .map((name) => functions[name])
    .join('\n')
}
