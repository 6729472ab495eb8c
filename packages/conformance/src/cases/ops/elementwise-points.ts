import type { ElementwiseAttributes } from '@voltaic/core/graph'
import type { Points } from './points.ts'

/** Elementwise primitives whose operands all have the dtype that decides. */
export type PointwiseName = Exclude<keyof ElementwiseAttributes, 'cast' | 'where'>

const odd = `
  NaN → NaN
  -0 → -0
`
const likeIdentity = `
  s → s
  -s → -s
  0.5n → 0.5n
`
const anyNan = `
  NaN 1 → NaN
  1 NaN → NaN
  NaN NaN → NaN
`

/** Hand-chosen uses of every elementwise primitive. Values of functions are those of C's library in double precision. */
export const elementwisePoints: Readonly<Record<PointwiseName, Points>> = {
  neg: {
    number: '0 → 0',
    float: `
      1 → -1
      -2.5 → 2.5
    `,
    int32: `
      7 → -7
      -2147483648 → -2147483648
    `,
    uint32: '1 → 4294967295',
    uint8: '1 → 255',
    special: `
      NaN → NaN
      Infinity → -Infinity
      0 → -0
      -0 → 0
    `,
    subnormal: `
      s → -s
      -0.5n → 0.5n
    `,
  },
  abs: {
    number: `
      0 → 0
      3 → 3
      -3 → 3
    `,
    int32: '-2147483648 → -2147483648',
    uint32: '4294967295 → 4294967295',
    special: `
      NaN → NaN
      -Infinity → Infinity
      -0 → 0
    `,
    subnormal: '-s → s',
  },
  sign: {
    number: `
      0 → 0
      3 → 1
      -3 → -1
    `,
    float: `
      0.0078125 → 1
      -0.0078125 → -1
    `,
    uint32: '4294967295 → 1',
    special: `
      NaN → NaN
      Infinity → 1
      -Infinity → -1
    `,
    subnormal: `
      s → 1
      -s → -1
    `,
  },
  floor: {
    float: `
      0 → 0
      1.5 → 1
      -1.5 → -2
      -0.25 → -1
      2 → 2
    `,
    special: `
      Infinity → Infinity
      ${odd}
    `,
    subnormal: `
      s → 0
      -s → -1
    `,
  },
  ceil: {
    float: `
      0 → 0
      1.5 → 2
      -1.5 → -1
      0.25 → 1
      2 → 2
    `,
    special: `
      Infinity → Infinity
      ${odd}
    `,
    subnormal: 's → 1',
  },
  round: {
    float: `
      0.5 → 0
      1.5 → 2
      2.5 → 2
      -0.5 → 0
      -1.5 → -2
      -2.5 → -2
      0.75 → 1
      -3.25 → -3
    `,
    float32: `
      8388609 → 8388609
      0.49999997 → 0
    `,
    float64: `
      4503599627370497 → 4503599627370497
      0.49999999999999994 → 0
    `,
    special: `
      Infinity → Infinity
      ${odd}
    `,
    subnormal: 's → 0',
  },
  trunc: {
    float: `
      1.75 → 1
      -1.75 → -1
      0.5 → 0
      -8 → -8
    `,
    special: `
      -Infinity → -Infinity
      ${odd}
    `,
    subnormal: 's → 0',
  },
  sqrt: {
    float: `
      0 → 0
      0.25 → 0.5
      1 → 1
      2 → 1.4142135623730951
      3 → 1.7320508075688772
      100 → 10
      4096 → 64
      0.0078125 → 0.08838834764831845
    `,
    special: `
      NaN → NaN
      -1 → NaN
      Infinity → Infinity
      -0 → -0
    `,
  },
  exp: {
    float: `
      0 → 1
      1 → 2.718281828459045
      -1 → 0.36787944117144233
      0.5 → 1.6487212707001282
      2 → 7.38905609893065
      -2.5 → 0.0820849986238988
      3.5 → 33.11545195869231
      10 → 22026.465794806718
      -10 → 4.5399929762484854e-5
    `,
    float32: `
      -80 → 1.8048513878454153e-35
      88 → 1.6516362549940018e38
    `,
    special: `
      NaN → NaN
      Infinity → Infinity
      -Infinity → 0
      -0 → 1
      1000 → Infinity
      -1000 → 0
    `,
  },
  expm1: {
    float: `
      0 → 0
      1 → 1.718281828459045
      -1 → -0.6321205588285577
      0.5 → 0.6487212707001282
      0.0009765625 → 0.0009770394924165351
      -0.0009765625 → -0.0009760858180243377
      -2.5 → -0.9179150013761013
      3.5 → 32.11545195869231
      -10 → -0.9999546000702375
    `,
    float32: '9.5367431640625e-7 → 9.536747711537455e-7',
    special: `
      Infinity → Infinity
      -Infinity → -1
      ${odd}
    `,
    subnormal: likeIdentity,
  },
  log: {
    float: `
      1 → 0
      2 → 0.6931471805599453
      0.5 → -0.6931471805599453
      10 → 2.302585092994046
      3 → 1.0986122886681098
      0.0078125 → -4.852030263919617
      100 → 4.605170185988092
      1.5 → 0.4054651081081644
    `,
    special: `
      NaN → NaN
      -1 → NaN
      0 → -Infinity
      -0 → -Infinity
      Infinity → Infinity
    `,
  },
  log1p: {
    float: `
      0 → 0
      1 → 0.6931471805599453
      -0.5 → -0.6931471805599453
      0.0009765625 → 0.0009760859730554589
      -0.0009765625 → -0.0009770396478266127
      9 → 2.302585092994046
      0.25 → 0.22314355131420976
      -0.75 → -1.3862943611198906
    `,
    special: `
      -2 → NaN
      -1 → -Infinity
      Infinity → Infinity
      ${odd}
    `,
    subnormal: likeIdentity,
  },
  sin: {
    float: `
      0 → 0
      0.5 → 0.479425538604203
      1 → 0.8414709848078965
      -1 → -0.8414709848078965
      2 → 0.9092974268256817
      3 → 0.1411200080598672
      -4 → 0.7568024953079282
      10 → -0.5440211108893698
      100 → -0.5063656411097588
      0.0009765625 → 0.0009765623447795783
    `,
    special: `
      Infinity → NaN
      ${odd}
    `,
    subnormal: likeIdentity,
  },
  cos: {
    float: `
      0 → 1
      0.5 → 0.8775825618903728
      1 → 0.5403023058681398
      -1 → 0.5403023058681398
      2 → -0.4161468365471424
      3 → -0.9899924966004454
      -4 → -0.6536436208636119
      10 → -0.8390715290764524
      100 → 0.8623188722876839
    `,
    special: `
      NaN → NaN
      Infinity → NaN
      -0 → 1
    `,
    subnormal: 's → 1',
  },
  tan: {
    float: `
      0 → 0
      0.5 → 0.5463024898437905
      1 → 1.5574077246549023
      -1 → -1.5574077246549023
      2 → -2.185039863261519
      3 → -0.1425465430742778
      -4 → -1.1578212823495775
      1.5 → 14.101419947171719
      0.0009765625 → 0.0009765628104409765
    `,
    special: `
      -Infinity → NaN
      ${odd}
    `,
    subnormal: likeIdentity,
  },
  asin: {
    float: `
      0 → 0
      0.5 → 0.5235987755982989
      1 → 1.5707963267948966
      -1 → -1.5707963267948966
      -0.25 → -0.25268025514207865
      0.75 → 0.848062078981481
      0.0009765625 → 0.0009765626552204957
    `,
    special: `
      2 → NaN
      ${odd}
    `,
    subnormal: likeIdentity,
  },
  acos: {
    float: `
      0 → 1.5707963267948966
      0.5 → 1.0471975511965979
      1 → 0
      -1 → 3.141592653589793
      -0.25 → 1.8234765819369754
      0.75 → 0.7227342478134157
    `,
    special: `
      NaN → NaN
      -2 → NaN
    `,
  },
  atan: {
    float: `
      0 → 0
      0.5 → 0.4636476090008061
      1 → 0.7853981633974483
      -1 → -0.7853981633974483
      -4 → -1.3258176636680326
      100 → 1.5607966601082315
      0.0009765625 → 0.0009765621895593195
    `,
    special: `
      Infinity → 1.5707963267948966
      -Infinity → -1.5707963267948966
      ${odd}
    `,
    subnormal: likeIdentity,
  },
  sinh: {
    float: `
      0 → 0
      0.5 → 0.5210953054937474
      1 → 1.1752011936438014
      -1 → -1.1752011936438014
      -4 → -27.28991719712775
      3 → 10.017874927409903
      0.0009765625 → 0.0009765626552204363
    `,
    special: `
      Infinity → Infinity
      -Infinity → -Infinity
      ${odd}
    `,
    subnormal: likeIdentity,
  },
  cosh: {
    float: `
      0 → 1
      0.5 → 1.1276259652063807
      1 → 1.5430806348152437
      -1 → 1.5430806348152437
      -4 → 27.308232836016487
      3 → 10.067661995777765
    `,
    special: `
      NaN → NaN
      -Infinity → Infinity
      -0 → 1
    `,
  },
  tanh: {
    float: `
      0 → 0
      0.5 → 0.46211715726000974
      1 → 0.7615941559557649
      -1 → -0.7615941559557649
      -4 → -0.999329299739067
      3 → 0.9950547536867305
      20 → 1
      -100 → -1
      0.0009765625 → 0.0009765621895592603
    `,
    special: `
      Infinity → 1
      -Infinity → -1
      ${odd}
    `,
    subnormal: likeIdentity,
  },
  asinh: {
    float: `
      0 → 0
      0.5 → 0.48121182505960347
      1 → 0.881373587019543
      -1 → -0.881373587019543
      -4 → -2.0947125472611012
      100 → 5.298342365610589
      0.0009765625 → 0.0009765623447796375
    `,
    special: `
      Infinity → Infinity
      -Infinity → -Infinity
      ${odd}
    `,
    subnormal: likeIdentity,
  },
  acosh: {
    float: `
      1 → 0
      1.5 → 0.9624236501192069
      2 → 1.3169578969248166
      10 → 2.993222846126381
      100 → 5.298292365610484
    `,
    special: `
      NaN → NaN
      0.5 → NaN
      Infinity → Infinity
    `,
  },
  atanh: {
    float: `
      0 → 0
      0.5 → 0.5493061443340548
      -0.5 → -0.5493061443340548
      0.75 → 0.9729550745276566
      -0.25 → -0.25541281188299536
      0.0009765625 → 0.000976562810441036
    `,
    special: `
      2 → NaN
      1 → Infinity
      -1 → -Infinity
      ${odd}
    `,
    subnormal: likeIdentity,
  },
  erf: {
    float: `
      0 → 0
      0.5 → 0.5204998778130465
      1 → 0.8427007929497149
      -1 → -0.8427007929497149
      -2 → -0.9953222650189527
      3 → 0.9999779095030014
      0.125 → 0.1403162048013338
      0.0009765625 → 0.0011019324300718147
      6 → 1
    `,
    special: `
      Infinity → 1
      -Infinity → -1
      ${odd}
    `,
  },
  sigmoid: {
    float: `
      0 → 0.5
      0.5 → 0.6224593312018546
      1 → 0.7310585786300049
      -1 → 0.2689414213699951
      4 → 0.9820137900379085
      -4 → 0.01798620996209156
      20 → 0.9999999979388463
    `,
    float32: '-80 → 1.8048513878454153e-35',
    special: `
      NaN → NaN
      Infinity → 1
      -Infinity → 0
      1000 → 1
      -1000 → 0
    `,
  },
  isNan: {
    number: `
      0 → 0
      5 → 0
    `,
    bool: '1 → 0',
    special: `
      NaN → 1
      Infinity → 0
      -Infinity → 0
    `,
  },
  isFinite: {
    number: `
      0 → 1
      5 → 1
    `,
    bool: '0 → 1',
    special: `
      NaN → 0
      Infinity → 0
      -Infinity → 0
    `,
    subnormal: 's → 1',
  },
  not: {
    bool: `
      0 → 1
      1 → 0
    `,
    int32: `
      0 → -1
      5 → -6
    `,
    uint32: '5 → 4294967290',
    uint8: '5 → 250',
  },
  add: {
    number: `
      0 0 → 0
      1 2 → 3
      -1 3 → 2
      100 27 → 127
    `,
    float: `
      0.5 0.25 → 0.75
      1 -1 → 0
    `,
    float32: `
      16777216 1 → 16777216
      16777216 3 → 16777220
    `,
    float64: '9007199254740992 1 → 9007199254740992',
    float16: '2048 1 → 2048',
    bfloat16: '256 1 → 256',
    int32: '2147483647 1 → -2147483648',
    uint32: '4294967295 2 → 1',
    uint8: '255 2 → 1',
    special: `
      Infinity -Infinity → NaN
      Infinity 1 → Infinity
      -0 -0 → -0
      0 -0 → 0
      ${anyNan}
    `,
    subnormal: `
      s s → 2s
      0.5n 0.5n → n
    `,
  },
  sub: {
    number: `
      3 2 → 1
      5 5 → 0
      2 3 → -1
    `,
    float: '0.5 0.25 → 0.25',
    float32: '-16777216 1 → -16777216',
    int32: '-2147483648 1 → 2147483647',
    uint32: '0 1 → 4294967295',
    uint8: '1 3 → 254',
    special: `
      Infinity Infinity → NaN
      -0 0 → -0
      0 0 → 0
      ${anyNan}
    `,
    subnormal: '1.5n n → 0.5n',
  },
  mul: {
    number: `
      0 5 → 0
      3 7 → 21
      -3 7 → -21
    `,
    float: `
      0.5 0.5 → 0.25
      1.5 -2 → -3
    `,
    int32: `
      65537 65537 → 131073
      -2147483648 -1 → -2147483648
      123456789 987654321 → -67153019
    `,
    uint32: `
      65537 65537 → 131073
      4294967295 4294967295 → 1
    `,
    uint8: '200 3 → 88',
    special: `
      Infinity 0 → NaN
      Infinity -2 → -Infinity
      -0 3 → -0
      -0 -3 → 0
      ${anyNan}
    `,
    subnormal: `
      n 0.5 → 0.5n
      s 3 → 3s
    `,
  },
  div: {
    float: `
      1 2 → 0.5
      -6 3 → -2
      1 3 → 0.3333333333333333
      2 3 → 0.6666666666666666
      0 5 → 0
    `,
    special: `
      1 0 → Infinity
      1 -0 → -Infinity
      -1 0 → -Infinity
      0 0 → NaN
      Infinity Infinity → NaN
      1 -Infinity → -0
      ${anyNan}
    `,
    subnormal: `
      n 2 → 0.5n
      3s 3 → s
    `,
  },
  floorDivide: {
    integer: `
      7 2 → 3
      6 3 → 2
      0 5 → 0
      5 0 → 0
    `,
    int32: `
      -7 2 → -4
      7 -2 → -4
      -7 -2 → 3
      -2147483648 -1 → -2147483648
      -5 0 → 0
    `,
    uint32: '4294967295 2 → 2147483647',
  },
  remainder: {
    number: `
      7 3 → 1
      6 3 → 0
      2 5 → 2
    `,
    float: `
      -7 3 → 2
      7 -3 → -2
      -7 -3 → -1
      5.5 2 → 1.5
      -0.5 2 → 1.5
    `,
    integer: '5 0 → 0',
    int32: `
      -7 3 → 2
      7 -3 → -2
      -7 -3 → -1
      -2147483648 -1 → 0
    `,
    uint32: '4294967295 10 → 5',
    special: `
      5 0 → NaN
      Infinity 2 → NaN
      ${anyNan}
    `,
  },
  pow: {
    float: `
      2 3 → 8
      2 -1 → 0.5
      4 0.5 → 2
      9 -0.5 → 0.3333333333333333
      0.5 10 → 0.0009765625
      10 3 → 1000
      1.5 2.5 → 2.7556759606310752
      3 0 → 1
      0 2 → 0
      -2 3 → -8
      -2 2 → 4
      -0.5 -3 → -8
    `,
    special: `
      NaN 0 → 1
      1 NaN → 1
      NaN 2 → NaN
      2 NaN → NaN
      -1 Infinity → 1
      2 Infinity → Infinity
      2 -Infinity → 0
      0.5 Infinity → 0
      0 -1 → Infinity
      -0 -1 → -Infinity
      -0 3 → -0
      -2 0.5 → NaN
      -Infinity 3 → -Infinity
      -Infinity 2 → Infinity
    `,
  },
  minimum: {
    number: `
      1 2 → 1
      2 1 → 1
      -1 1 → -1
    `,
    bool: `
      1 0 → 0
      1 1 → 1
    `,
    uint32: '4294967295 1 → 1',
    special: `
      Infinity -Infinity → -Infinity
      Infinity 2 → 2
      ${anyNan}
    `,
    subnormal: 's 0 → 0',
  },
  maximum: {
    number: `
      1 2 → 2
      2 1 → 2
      -1 1 → 1
    `,
    bool: `
      1 0 → 1
      0 0 → 0
    `,
    uint32: '4294967295 1 → 4294967295',
    special: `
      Infinity -Infinity → Infinity
      -Infinity 2 → 2
      ${anyNan}
    `,
    subnormal: 's 0 → s',
  },
  atan2: {
    float: `
      1 1 → 0.7853981633974483
      1 -1 → 2.356194490192345
      -1 -1 → -2.356194490192345
      -1 1 → -0.7853981633974483
      0.5 2 → 0.24497866312686414
      3 -0.25 → 1.6539375586833378
      0 1 → 0
      1 0 → 1.5707963267948966
      -1 0 → -1.5707963267948966
    `,
    special: `
      0 -1 → 3.141592653589793
      -0 -1 → -3.141592653589793
      -0 1 → -0
      0 -0 → 3.141592653589793
      Infinity Infinity → 0.7853981633974483
      1 -Infinity → 3.141592653589793
      ${anyNan}
    `,
  },
  and: {
    bool: `
      1 1 → 1
      1 0 → 0
      0 0 → 0
    `,
    integer: `
      12 10 → 8
      255 15 → 15
    `,
    int32: '-1 5 → 5',
    uint32: '4294967295 2147483648 → 2147483648',
  },
  or: {
    bool: `
      0 0 → 0
      1 0 → 1
    `,
    integer: '12 10 → 14',
    int32: '-8 3 → -5',
    uint32: '2147483648 1 → 2147483649',
  },
  xor: {
    bool: `
      1 1 → 0
      0 1 → 1
    `,
    integer: '12 10 → 6',
    int32: '-1 1 → -2',
    uint32: '4294967295 1 → 4294967294',
  },
  shiftLeft: {
    integer: `
      1 3 → 8
      5 0 → 5
      3 33 → 6
    `,
    int32: `
      1 31 → -2147483648
      -1 4 → -16
    `,
    uint32: `
      1 31 → 2147483648
      4294967295 1 → 4294967294
    `,
    uint8: '255 1 → 254',
  },
  shiftRight: {
    integer: `
      8 3 → 1
      5 0 → 5
      6 33 → 3
    `,
    int32: `
      -8 1 → -4
      -1 31 → -1
    `,
    uint32: '4294967295 31 → 1',
    uint8: '255 1 → 127',
  },
  equal: {
    number: `
      1 1 → 1
      1 2 → 0
      0 0 → 1
    `,
    bool: `
      1 1 → 1
      0 1 → 0
    `,
    int32: '-1 -1 → 1',
    uint32: '4294967295 4294967294 → 0',
    special: `
      NaN NaN → 0
      Infinity Infinity → 1
      0 -0 → 1
    `,
    subnormal: `
      s 0 → 0
      s s → 1
    `,
  },
  less: {
    number: `
      1 2 → 1
      2 1 → 0
      1 1 → 0
      -1 1 → 1
    `,
    bool: `
      0 1 → 1
      1 1 → 0
    `,
    uint32: '1 4294967295 → 1',
    special: `
      NaN 1 → 0
      1 NaN → 0
      -Infinity Infinity → 1
      -0 0 → 0
    `,
    subnormal: `
      0 s → 1
      s 0 → 0
    `,
  },
  lessEqual: {
    number: `
      1 2 → 1
      2 1 → 0
      1 1 → 1
      -1 1 → 1
    `,
    bool: `
      0 1 → 1
      1 0 → 0
    `,
    uint32: '4294967295 1 → 0',
    special: `
      NaN 1 → 0
      1 NaN → 0
      Infinity Infinity → 1
      0 -0 → 1
    `,
    subnormal: 's 0 → 0',
  },
}
