#include "SecretShims.h"
