#include "MediaShims.h"
