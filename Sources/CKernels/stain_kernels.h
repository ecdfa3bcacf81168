// The bodies of the stain kernels. Included once for each instruction set, with
//   KERNEL(name)   the name of this copy
//   KERNEL_TARGET  its target attribute, or nothing
// defined. Only multiplications, additions, comparisons and bit operations: identical digits everywhere.

// exp(x) as 2^t for t = x / ln 2 in [-24, 0]: t = n + f with |f| <= 1/2, 2^f by a polynomial, n into the
// exponent. The coefficients are a minimax fit of degree six with a constant term of 1: exp(0) is exactly 1.
#define EXP2_NEGATIVE(t_)                                                                                   \
    ({                                                                                                      \
        lanes t__ = AT_LEAST((t_), ALL(-24.0f));                                                            \
        lanes shifted__ = t__ + 12582912.0f; /* 1.5 * 2^23: the sum's low bits are round(t) */              \
        lanes f__ = t__ - (shifted__ - 12582912.0f);                                                        \
        lanes p__ = ALL(0.0001535335904918611f);                                                            \
        p__ = p__ * f__ + 0.0013398875016719103f;                                                           \
        p__ = p__ * f__ + 0.00961843691766262f;                                                             \
        p__ = p__ * f__ + 0.055503323674201965f;                                                            \
        p__ = p__ * f__ + 0.24022647738456726f;                                                             \
        p__ = p__ * f__ + 0.6931471824645996f;                                                              \
        p__ = p__ * f__ + 1.0f;                                                                             \
        (lanes)((lanes_i32)p__ + ((lanes_i32)shifted__ << 23));                                             \
    })

#define LOG2_E 1.4426950408889634f

// Codes of eight pixels: both stains where that gives two non-negative codes, else the better single stain.
#define TWO_STAIN_CODES(coder, r, g, b, first, second)                                                      \
    do {                                                                                                    \
        lanes one_ = AT_LEAST((r) * (coder).atom[0][0] + (g) * (coder).atom[0][1]                           \
                + (b) * (coder).atom[0][2] - (coder).lambda, ALL(0.0f));                                    \
        lanes two_ = AT_LEAST((r) * (coder).atom[1][0] + (g) * (coder).atom[1][1]                           \
                + (b) * (coder).atom[1][2] - (coder).lambda, ALL(0.0f));                                    \
        lanes u_ = (r) * (coder).dual[0][0] + (g) * (coder).dual[0][1] + (b) * (coder).dual[0][2]           \
                - (coder).dual_offset;                                                                      \
        lanes v_ = (r) * (coder).dual[1][0] + (g) * (coder).dual[1][1] + (b) * (coder).dual[1][2]           \
                - (coder).dual_offset;                                                                      \
        lanes_i32 both_ = (u_ >= 0.0f) & (v_ >= 0.0f);                                                      \
        lanes_i32 prefers_first_ = one_ >= two_;                                                            \
        (first) = SELECT(both_, u_, (lanes)(prefers_first_ & (lanes_i32)one_));                             \
        (second) = SELECT(both_, v_, (lanes)(~prefers_first_ & (lanes_i32)two_));                           \
    } while (0)

// Float lanes stay accurate over this many groups of eight; then they are added to doubles.
enum { KERNEL(GROUPS_PER_BLOCK) = 128 };

// Loads group `i`, with zeros behind the last pixel: a pixel of no density has no code and adds nothing to
// any sum.
#define LOAD_GROUP(i, count, plane, value)                                                                  \
    do {                                                                                                    \
        if ((i) + LANES <= (count)) {                                                                       \
            (value) = LOAD((plane) + (i));                                                                  \
        } else {                                                                                            \
            float tail_[LANES] = {0};                                                                       \
            memcpy(tail_, (plane) + (i), ((count) - (i)) * sizeof(float));                                  \
            (value) = LOAD(tail_);                                                                          \
        }                                                                                                   \
    } while (0)

// Adds the lanes of `value` to a double, in the order of the lanes.
#define DRAIN(total, value)                                                                                 \
    do {                                                                                                    \
        float drained_[LANES];                                                                              \
        STORE(drained_, (value));                                                                           \
        double sum_ = 0;                                                                                    \
        for (int lane_ = 0; lane_ < LANES; lane_++) sum_ += drained_[lane_];                                \
        (total) += sum_;                                                                                    \
    } while (0)

KERNEL_TARGET static void KERNEL(exp_negative)(const float *x, float *y, size_t count) {
    for (size_t i = 0; i < count; i += LANES) {
        lanes value;
        LOAD_GROUP(i, count, x, value);
        float result[LANES];
        STORE(result, EXP2_NEGATIVE(value * -LOG2_E));
        memcpy(y + i, result, (count - i < LANES ? count - i : LANES) * sizeof(float));
    }
}

KERNEL_TARGET static wsi_code_sums KERNEL(code_sums)(
    const float *red, const float *green, const float *blue, size_t count, const wsi_two_stain_coder *shared
) {
    const wsi_two_stain_coder coder = *shared;
    wsi_code_sums sums = {0};
    const size_t block = (size_t)KERNEL(GROUPS_PER_BLOCK) * LANES;
    for (size_t start = 0; start < count; start += block) {
        const size_t end = count - start < block ? count : start + block;
        lanes h0 = {0}, h1 = {0}, h00 = {0}, h01 = {0}, h11 = {0};
        lanes h0r = {0}, h0g = {0}, h0b = {0}, h1r = {0}, h1g = {0}, h1b = {0};
        for (size_t i = start; i < end; i += LANES) {
            lanes r, g, b, u, v;
            LOAD_GROUP(i, count, red, r);
            LOAD_GROUP(i, count, green, g);
            LOAD_GROUP(i, count, blue, b);
            TWO_STAIN_CODES(coder, r, g, b, u, v);
            h0 += u;
            h1 += v;
            h00 += u * u;
            h01 += u * v;
            h11 += v * v;
            h0r += u * r;
            h0g += u * g;
            h0b += u * b;
            h1r += v * r;
            h1g += v * g;
            h1b += v * b;
        }
        DRAIN(sums.code[0], h0);
        DRAIN(sums.code[1], h1);
        DRAIN(sums.code_code[0], h00);
        DRAIN(sums.code_code[1], h01);
        DRAIN(sums.code_code[2], h11);
        DRAIN(sums.code_density[0][0], h0r);
        DRAIN(sums.code_density[0][1], h0g);
        DRAIN(sums.code_density[0][2], h0b);
        DRAIN(sums.code_density[1][0], h1r);
        DRAIN(sums.code_density[1][1], h1g);
        DRAIN(sums.code_density[1][2], h1b);
    }
    return sums;
}

KERNEL_TARGET static wsi_density_sums KERNEL(density_moments)(
    const float *red, const float *green, const float *blue, size_t count
) {
    const float *planes[3] = {red, green, blue};
    wsi_density_sums sums = {0};
    const size_t block = (size_t)KERNEL(GROUPS_PER_BLOCK) * LANES;
    for (int channel = 0; channel < 3; channel++) {
        for (size_t start = 0; start < count; start += block) {
            const size_t end = count - start < block ? count : start + block;
            lanes sum = {0}, square = {0};
            for (size_t i = start; i < end; i += LANES) {
                lanes value;
                LOAD_GROUP(i, count, planes[channel], value);
                sum += value;
                square += value * value;
            }
            DRAIN(sums.sum[channel], sum);
            DRAIN(sums.square[channel], square);
        }
    }
    return sums;
}

KERNEL_TARGET static void KERNEL(codes)(
    const float *red, const float *green, const float *blue, size_t count, const wsi_two_stain_coder *shared,
    float *first, float *second
) {
    const wsi_two_stain_coder coder = *shared;
    for (size_t i = 0; i < count; i += LANES) {
        lanes r, g, b, u, v;
        LOAD_GROUP(i, count, red, r);
        LOAD_GROUP(i, count, green, g);
        LOAD_GROUP(i, count, blue, b);
        TWO_STAIN_CODES(coder, r, g, b, u, v);
        if (i + LANES <= count) {
            STORE(first + i, u);
            STORE(second + i, v);
        } else {
            memcpy(first + i, &u, (count - i) * sizeof(float));
            memcpy(second + i, &v, (count - i) * sizeof(float));
        }
    }
}

// Pixels unpacked into planes, replaced, and packed again, a piece that stays in the first-level cache.
enum { KERNEL(PIECE) = 256 };

KERNEL_TARGET static void KERNEL(replace_piece)(
    const uint8_t *input, uint8_t *output, size_t count, const float density[256],
    const wsi_two_stain_coder *shared, const float exponent[2][3]
) {
    const wsi_two_stain_coder coder = *shared;
    _Alignas(32) float red[KERNEL(PIECE)], green[KERNEL(PIECE)], blue[KERNEL(PIECE)];
    _Alignas(32) int32_t bytes[3][KERNEL(PIECE)];
    for (size_t i = 0; i < count; i++) {
        red[i] = density[input[3 * i]];
        green[i] = density[input[3 * i + 1]];
        blue[i] = density[input[3 * i + 2]];
    }
    const size_t padded = (count + LANES - 1) / LANES * LANES;
    for (size_t i = count; i < padded; i++) red[i] = green[i] = blue[i] = 0;
    for (size_t i = 0; i < padded; i += LANES) {
        lanes r = LOAD(red + i), g = LOAD(green + i), b = LOAD(blue + i), u, v;
        TWO_STAIN_CODES(coder, r, g, b, u, v);
        for (int channel = 0; channel < 3; channel++) {
            lanes value = 255.0f * EXP2_NEGATIVE(u * exponent[0][channel] + v * exponent[1][channel]);
            lanes_i32 byte = __builtin_convertvector(value, lanes_i32);
            memcpy(&bytes[channel][i], &byte, sizeof byte);
        }
    }
    for (size_t i = 0; i < count; i++) {
        output[3 * i] = (uint8_t)bytes[0][i];
        output[3 * i + 1] = (uint8_t)bytes[1][i];
        output[3 * i + 2] = (uint8_t)bytes[2][i];
    }
}

KERNEL_TARGET static void KERNEL(replace)(
    const uint8_t *input, uint8_t *output, size_t count, const float density[256],
    const wsi_two_stain_coder *coder, const float mixing[2][3]
) {
    float exponent[2][3];
    for (int stain = 0; stain < 2; stain++)
        for (int channel = 0; channel < 3; channel++)
            exponent[stain][channel] = mixing[stain][channel] * -LOG2_E;
    for (size_t start = 0; start < count; start += KERNEL(PIECE)) {
        const size_t piece = count - start < KERNEL(PIECE) ? count - start : KERNEL(PIECE);
        KERNEL(replace_piece)(input + 3 * start, output + 3 * start, piece, density, coder, exponent);
    }
}

#undef EXP2_NEGATIVE
#undef LOG2_E
#undef TWO_STAIN_CODES
#undef LOAD_GROUP
#undef DRAIN
