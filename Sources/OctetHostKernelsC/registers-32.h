// Sizes of tiles for 32 vector registers and a multiply-add of several cycles, such as vpdpbusd and sdot. rows.h says
// what each is.

// 24 sums and the weights of a group fit 32 registers.
#define PLACES(v) ((v) == 1 ? 16 : 24 / (v))
#define MOST_PLACES 16
#define MOST_SUMS 24
#define EACH_TILE_1(CASE) CASE(1, 16) CASE(1, 12) CASE(1, 8) CASE(1, 4) CASE(1, 2) CASE(1, 1)
#define EACH_TILE_2(CASE) CASE(2, 12) CASE(2, 8) CASE(2, 6) CASE(2, 4) CASE(2, 2) CASE(2, 1)
#define EACH_TILE_3(CASE) CASE(3, 8) CASE(3, 6) CASE(3, 4) CASE(3, 2) CASE(3, 1)
#define EACH_TILE_4(CASE) CASE(4, 6) CASE(4, 5) CASE(4, 4) CASE(4, 3) CASE(4, 2) CASE(4, 1)
// Places before a pool of 2 x 2 that are computed together.
#define SQUARE_PLACES(v) ((v) == 1 ? 16 : (v) == 4 ? 4 : 8)
#define PACKED 4
#define TURNS(sums) ((sums) >= 10 ? 1 : (sums) >= 5 ? 2 : 3)
