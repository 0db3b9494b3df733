#pragma once
#include <adwaita.h>
#include <gio/gunixfdlist.h>
