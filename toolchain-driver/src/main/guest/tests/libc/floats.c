/* SPDX-License-Identifier: Apache-2.0 */
/* Floating point to text and back, the mathematics library, long double. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "check.h"

int main(void)
{
	char b[200];
	volatile double zero = 0, third = 1.0 / 3;
	volatile long double lthird = 1.0L / 3;

	printf("%f %.3e %g %a\n", 3.141592653589793, 12345.678, 1e-5, 1.5);
	printf("%.17g %.10f\n", 0.1, third);
	printf("%.33Lg\n", lthird);
	printf("%g %g %g\n", 1 / zero, -1 / zero, copysign(NAN, 1));
	check(strtod("2.2250738585072014e-308", 0) == DBL_MIN, "strtod");
	check(strtold("0.1", 0) == 0.1L, "strtold");
	snprintf(b, sizeof b, "%.0f", 1e22);
	check(!strcmp(b, "10000000000000000000000"), "large %f");
	check(floor(-1.5) == -2 && ceil(-1.5) == -1 && trunc(-1.5) == -1 &&
		      rint(2.5) == 2 && round(2.5) == 3,
	      "rounding");
	check(sqrt(2) == 1.4142135623730951 && sqrtf(2) == 1.41421354f, "sqrt");
	check(fabs(sin(1) - 0.8414709848078965) < 1e-16 &&
		      fabs(exp(1) - 2.718281828459045) < 1e-15 &&
		      fabs(log(10) - 2.302585092994046) < 1e-15 &&
		      pow(2, 0.5) == sqrt(2),
	      "sin, exp, log, pow");
	check(fmod(7.5, 2) == 1.5 && fma(2, 3, 4) == 10 &&
		      ldexp(1, 10) == 1024,
	      "fmod, fma, ldexp");
	check(sqrtl(2) * sqrtl(2) - 2 < 1e-33L && LDBL_MANT_DIG == 113,
	      "long double has 113 bits");
	check((long long)1e18 == 1000000000000000000LL &&
		      lrint(1e9 + 0.5) == 1000000000,
	      "conversions");
	check(isnan(strtod("nan", 0)) && isinf(strtod("inf", 0)), "nan, inf");
	return failures;
}
